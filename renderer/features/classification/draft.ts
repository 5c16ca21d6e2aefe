import type { Condition, ConditionOperator } from '@shared/model/classification';

/** A condition while it is being entered. */
export interface ConditionDraft {
  readonly id: number;
  readonly path: string;
  readonly operator: ConditionOperator;
  readonly value: string;
  readonly from: string;
  readonly to: string;
}

let lastId = 0;

export function emptyDraft(): ConditionDraft {
  lastId += 1;
  return { id: lastId, path: '', operator: 'equals', value: '', from: '', to: '' };
}

export function draftOf(condition: Condition): ConditionDraft {
  const draft = { ...emptyDraft(), path: condition.path, operator: condition.operator };
  if (condition.operator === 'range') return { ...draft, from: textOf(condition.from), to: textOf(condition.to) };
  return 'value' in condition ? { ...draft, value: condition.value } : draft;
}

/** The conditions, when all of them are complete. */
export function conditionsOf(drafts: readonly ConditionDraft[]): Condition[] | null {
  const conditions = drafts.map(conditionOf);
  return conditions.length > 0 && conditions.every((condition) => condition !== null) ? conditions : null;
}

function conditionOf({ path: written, operator, value: entered, from, to }: ConditionDraft): Condition | null {
  const [path, value] = [written.trim(), entered.trim()];
  if (path === '') return null;
  switch (operator) {
    case 'exists':
    case 'missing':
      return { operator, path };
    case 'range': {
      const range = { operator, path, from: numberOf(from), to: numberOf(to) };
      return range.from === null && range.to === null ? null : range;
    }
    default:
      return value === '' ? null : { operator, path, value };
  }
}

function numberOf(text: string): number | null {
  const number = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || Number.isNaN(number) ? null : number;
}

function textOf(number: number | null): string {
  return number === null ? '' : String(number);
}
