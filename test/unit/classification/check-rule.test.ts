import { describe, expect, it } from 'vitest';
import { checkRule } from '../../../main/archive/classification/check-rule';
import type { Condition } from '../../../shared/model/classification';

const equals = (path: string, value: string): Condition => ({ operator: 'equals', path, value });
const range = (path: string, from: number | null, to: number | null): Condition => ({
  operator: 'range',
  path,
  from,
  to,
});
const code = (conditions: Condition[]): unknown => {
  try {
    checkRule(conditions);
    return null;
  } catch (error) {
    return { ...(error as { code: string; details: object }) };
  }
};

describe('rules that are checked before they are kept', () => {
  it('writes paths in one way, by keyword or tag', () => {
    const paths = ['00080060', '(0040,0275).00401001', 'RequestAttributesSequence[2].RequestedProcedureID', '00091001'];
    expect(checkRule(paths.map((path) => ({ operator: 'exists', path }))).map(({ path }) => path)).toEqual([
      'Modality',
      'RequestAttributesSequence[*].RequestedProcedureID',
      'RequestAttributesSequence[2].RequestedProcedureID',
      '00091001',
    ]);
  });

  it.each([
    '',
    'Modalty',
    '0008',
    '00080060.00080070',
    'Modality[1]',
    '00020010',
    'FFFEE000',
    'A..B',
    'RequestAttributesSequence[0].RequestedProcedureID',
    '0008006G',
  ])('refuses the path %s', (path) => {
    expect(code([{ operator: 'exists', path }])).toMatchObject({ code: 'TAG_PATH_MALFORMED' });
  });

  it.each<[string, Condition[], number, number]>([
    ['two values of what has one', [equals('Modality', 'CT'), equals('Modality', 'MR')], 1, 2],
    ['there and not there', [{ operator: 'missing', path: 'Modality' }, equals('00080060', 'CT')], 1, 2],
    [
      'a value that does not begin so',
      [{ operator: 'startsWith', path: 'SeriesDescription', value: 'abc' }, equals('SeriesDescription', 'ab')],
      1,
      2,
    ],
    [
      'two beginnings',
      [
        { operator: 'startsWith', path: 'Modality', value: 'C' },
        { operator: 'exists', path: 'Rows' },
        { operator: 'startsWith', path: 'Modality', value: 'M' },
      ],
      1,
      3,
    ],
    ['a number outside the range', [range('Rows', 10, 20), equals('Rows', '30')], 1, 2],
    ['ranges that do not meet', [range('Rows', null, 20), range('Rows', 21, null)], 1, 2],
    [
      'a pattern that does not fit',
      [{ operator: 'pattern', path: 'Modality', value: 'M.' }, equals('Modality', 'CT')],
      1,
      2,
    ],
  ])('finds the conflict: %s', (_, conditions, first, second) => {
    expect(code(conditions)).toMatchObject({ code: 'RULE_CONFLICT', details: { first, second } });
  });

  it.each<[string, Condition]>([
    ['a range of words', range('PatientName', 1, 2)],
    ['a range without ends', range('Rows', null, null)],
    ['a range upside down', range('Rows', 5, 4)],
    ['a value longer than its kind', equals('Modality', 'A'.repeat(17))],
    ['words of a sequence', equals('RequestAttributesSequence', 'x')],
    ['words of pixels', { operator: 'contains', path: 'PixelData', value: 'x' }],
    ['an item as if it were a value', { operator: 'exists', path: 'RequestAttributesSequence[1]' }],
  ])('finds what can never be: %s', (_, condition) => {
    expect(code([condition])).toMatchObject({ code: 'RULE_IMPOSSIBLE', details: { condition: 1 } });
  });

  it.each<[string, Condition[]]>([
    ['two values of what has many', [equals('ImageType', 'ORIGINAL'), equals('ImageType', 'PRIMARY')]],
    [
      'two values in any item',
      [
        equals('RequestAttributesSequence[*].RequestedProcedureID', '1'),
        equals('RequestAttributesSequence[*].RequestedProcedureID', '2'),
      ],
    ],
    ['ranges that meet', [range('Rows', null, 20), range('Rows', 20, null)]],
    ['ages', [range('PatientAge', 0, 18)]],
    [
      'parts',
      [
        { operator: 'contains', path: 'SeriesDescription', value: 'a' },
        { operator: 'startsWith', path: 'SeriesDescription', value: 'b' },
      ],
    ],
  ])('takes %s', (_, conditions) => {
    expect(code(conditions)).toBeNull();
  });
});
