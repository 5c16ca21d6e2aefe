import { FieldboxError } from '@shared/errors';
import type { Condition } from '@shared/model/classification';
import { lookUp, vrOf } from '../../dicom/dictionary';
import type { VR } from '../../dicom/model';
import { formatTagPath } from '../../dicom/tag-path';
import { foldText } from '../catalog/folding';
import { compileCondition, fulfils, mayHaveMany, requiredPath } from './condition';

/** Longest values of PS3.5 table 6.2-1; a longer one can never be met in a sound object. */
const LONGEST: Partial<Record<VR, number>> = {
  AE: 16,
  AS: 4,
  CS: 16,
  DA: 10,
  DS: 16,
  IS: 12,
  LO: 64,
  SH: 16,
  TM: 16,
  UI: 64,
};
const BYTES: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW']);
const NUMBERS: ReadonlySet<VR> = new Set<VR>([
  'AS',
  'DA',
  'DS',
  'FD',
  'FL',
  'IS',
  'SL',
  'SS',
  'SV',
  'UL',
  'UN',
  'US',
  'UV',
]);

/**
 * Gives the conditions of a rule with their paths in the one way of writing. Throws TAG_PATH_MALFORMED, PATTERN_MALFORMED,
 * PATTERN_TOO_LARGE, RULE_IMPOSSIBLE for a condition that no value can fulfil, RULE_CONFLICT for two that exclude each other.
 */
export function checkRule(conditions: readonly Condition[]): Condition[] {
  const checked = conditions.map((condition, at) => {
    const path = requiredPath(condition.path);
    compileCondition(condition);
    const tag = path.at(-1)?.tag ?? 0;
    const vr = lookUp(tag) ? vrOf(tag) : 'UN';
    if (isImpossible(condition, vr) || path.at(-1)?.item !== null) {
      throw new FieldboxError('RULE_IMPOSSIBLE', { condition: at + 1 });
    }
    return { condition: { ...condition, path: formatTagPath(path) }, vr, single: !mayHaveMany(path) };
  });
  for (const [at, one] of checked.entries()) {
    for (const [behind, other] of checked.slice(at + 1).entries()) {
      if (one.condition.path === other.condition.path && exclude(one, other)) {
        throw new FieldboxError('RULE_CONFLICT', { first: at + 1, second: at + behind + 2 });
      }
    }
  }
  return checked.map(({ condition }) => condition);
}

function isImpossible(condition: Condition, vr: VR): boolean {
  switch (condition.operator) {
    case 'exists':
    case 'missing':
      return false;
    case 'range': {
      const { from, to } = condition;
      return !NUMBERS.has(vr) || (from === null && to === null) || (from !== null && to !== null && from > to);
    }
    case 'pattern':
      return vr === 'SQ' || BYTES.has(vr);
    default:
      return vr === 'SQ' || BYTES.has(vr) || Array.from(condition.value).length > (LONGEST[vr] ?? Infinity);
  }
}

interface Checked {
  readonly condition: Condition;
  readonly vr: VR;
  /** The attribute has one value at most. */
  readonly single: boolean;
}

/** Whether two conditions on one attribute can never be true together. */
function exclude(one: Checked, other: Checked): boolean {
  const [a, b] = [one.condition, other.condition];
  if (a.operator === 'missing' || b.operator === 'missing') return a.operator !== b.operator;
  if (!one.single) return false;
  if (a.operator === 'equals') return b.operator !== 'exists' && !fulfils(b, a.value, one.vr);
  if (b.operator === 'equals') return exclude(other, one);
  if (a.operator === 'startsWith' && b.operator === 'startsWith') {
    const [long = '', short = ''] = [foldText(a.value), foldText(b.value)].sort((x, y) => y.length - x.length);
    return !long.startsWith(short);
  }
  if (a.operator === 'range' && b.operator === 'range') {
    return Math.max(a.from ?? -Infinity, b.from ?? -Infinity) > Math.min(a.to ?? Infinity, b.to ?? Infinity);
  }
  return false;
}
