import type { TFunction } from 'i18next';
import type { Condition } from '@shared/model/classification';
import { isolate, showNumber } from '../../app/format';

/** A tag path in words: "Requested Procedure ID in Request Attributes Sequence (any item)". */
export function pathWords(path: string, t: TFunction): string {
  const [last = '', ...around] = path.split('.').reverse();
  return around.reduce(
    (inner, step) => t('types.inside', { inner, outer: nameOf(step), item: itemWords(step, t) }),
    lastWords(last, t),
  );
}

function lastWords(step: string, t: TFunction): string {
  return step.endsWith(']') ? `${nameOf(step)} (${itemWords(step, t)})` : nameOf(step);
}

function itemWords(step: string, t: TFunction): string {
  const item = /\[(\d+)\]$/.exec(step)?.[1];
  return item === undefined ? t('types.anyItem') : t('types.item', { number: showNumber(Number(item)) });
}

/** A keyword as its words, a tag in its usual form. Both are read from left to right. */
function nameOf(step: string): string {
  const name = step.replace(/\[.*$/, '');
  const words = /^[0-9A-F]{8}$/.test(name)
    ? `(${name.slice(0, 4)},${name.slice(4)})`
    : name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ');
  return isolate(words);
}

/** A condition as a sentence: "Modality is CT". */
export function conditionWords(condition: Condition, t: TFunction): string {
  const attribute = pathWords(condition.path, t);
  if (condition.operator !== 'range') {
    const value = 'value' in condition ? isolate(condition.value) : '';
    return t(`types.sentence.${condition.operator}`, { attribute, value });
  }
  const { from, to } = condition;
  if (from === null) return t('types.sentence.atMost', { attribute, to: showNumber(to ?? 0) });
  if (to === null) return t('types.sentence.atLeast', { attribute, from: showNumber(from) });
  return t('types.sentence.range', { attribute, from: showNumber(from), to: showNumber(to) });
}
