import { describe, expect, it } from 'vitest';
import type { AnonymisationOptions } from '../../../main/dicom/anonymise';
import { confidentialityTable } from '../../../main/dicom/anonymise/table';
import { lookUp } from '../../../main/dicom/dictionary';
import type { VR } from '../../../main/dicom/model';
import type { DataSet } from '../../../main/dicom/reader';
import { type BuilderValue, DataSetBuilder } from '../../../main/dicom/writer';
import { anonymised, instance, UID_FORM } from './support';

/** Every row of table E.1-1 against what it says, once for the Basic Profile and once for each option that changes it. */
interface Row {
  readonly place: string;
  readonly action: string;
  readonly changes: string;
}

const ROWS: readonly Row[] = confidentialityTable
  .trim()
  .split('\n')
  .map((line) => {
    const [place = '', action = '', changes = ''] = line.split(' ');
    return { place, action, changes };
  });

/** Value representations of attributes that came into PS3.6 after the dictionary here. */
const NEWER: Readonly<Record<string, VR>> = {
  '00080017': 'UI',
  '00181205': 'DA',
  '00181204': 'DA',
  '003A032B': 'LO',
  '00120022': 'LO',
  '00120073': 'LO',
  '00120032': 'LO',
  '00120041': 'LO',
  '00120043': 'LO',
  '00120055': 'LO',
  '00120023': 'SQ',
  '30020123': 'LO',
  '30020121': 'LO',
  '00081088': 'LO',
  '00200027': 'LO',
  '00080019': 'UI',
  '3006004D': 'SQ',
  '3006002D': 'DT',
  '3006004E': 'SQ',
  '3006002E': 'DT',
  '003A0329': 'LO',
};
/** An innocent and a telling value for each VR. */
const INNOCENT: Partial<Record<VR, BuilderValue>> = {
  AE: 'STATION',
  AS: '044Y',
  CS: 'YES',
  DA: '20210514',
  DS: '2.5',
  DT: '20210514101112.5+0100',
  IS: '4',
  LO: 'left knee',
  LT: 'left knee',
  PN: 'Doe^Jane',
  SH: 'left',
  ST: 'left knee',
  TM: '101112',
  UC: 'left knee',
  UI: '1.2.3.4.5.6',
  UR: 'http://a.example/1',
  UT: 'left knee',
  AT: 0x00100010,
  FD: 1.5,
  FL: 1.5,
  SL: -3,
  SS: -3,
  UL: 3,
  US: 3,
};
const TELLING = 'seen by Okonkwo';
const SHIFTED: Partial<Record<VR, string>> = { DA: '20210415', DT: '20210415101112.5+0100', TM: '101112' };
const SHIFT = -29;
const KEY_VALUES = { secret: new Uint8Array(32).fill(5), values: { dateShiftDays: SHIFT } };

const OPTIONS: Readonly<Record<string, AnonymisationOptions>> = {
  d: { cleanDescriptors: true },
  s: { cleanStructuredContent: true },
  g: { cleanGraphics: true },
  u: { retainUIDs: true },
  t: { dates: 'full' },
  i: { retainInstitutionIdentity: true },
  p: { retainPatientCharacteristics: true },
  P: { retainPatientCharacteristics: true },
  v: { retainDeviceIdentity: true },
  V: { retainDeviceIdentity: true },
};

function tagIn(row: Row): number {
  return Number.parseInt(row.place.replaceAll(/x{4}$/g, '2500').replaceAll('x', '0'), 16);
}

function vrIn(row: Row): VR {
  return NEWER[row.place] ?? lookUp(tagIn(row))?.vr ?? 'LO';
}

function sample(row: Row, telling: boolean): BuilderValue {
  const vr = vrIn(row);
  if (vr === 'SQ')
    return [
      new DataSetBuilder().set('CodeValue', 'T-1').set('CodingSchemeDesignator', 'SRT').set('CodeMeaning', 'Knee'),
    ];
  if (telling && /^(?:LO|LT|SH|ST|UC|UT|AE|CS)$/.test(vr))
    return vr === 'SH' || vr === 'AE' || vr === 'CS' ? 'Okonkwo' : TELLING;
  return INNOCENT[vr] ?? Uint8Array.of(1, 2, 3, 4);
}

async function result(row: Row, options: AnonymisationOptions, telling = false): Promise<DataSet> {
  const dataset = instance().set(tagIn(row), sample(row, telling), vrIn(row));
  if (row.place.startsWith('60')) {
    dataset.set(0x60003000, Uint8Array.of(1, 2, 3, 4), 'OW').set(0x60000040, 'R', 'CS');
    dataset.set(tagIn(row), sample(row, telling), vrIn(row));
  }
  return anonymised(dataset, options, KEY_VALUES);
}

/** What the Basic Profile makes of a value that was there. */
function expectBasic(row: Row, output: DataSet, original: BuilderValue): void {
  const tag = tagIn(row);
  const vr = vrIn(row);
  const element = output.element(tag);
  if (row.place === '00100010' || row.place === '00100020') {
    expect(output.string(tag)).toMatch(/^ANON-[0-9A-F]{16}$/);
    return;
  }
  // Of the groups below 0008 nothing is part of a data set.
  if (row.action === 'X' || tag >>> 16 < 8) expect(element).toBeUndefined();
  else if (row.action === 'Z' || row.action === 'X/Z') {
    expect(element?.length).toBe(0);
    expect(element?.vr).toBe(vr);
  } else if (row.action.startsWith('U')) {
    expect(output.string(tag)).toMatch(/^2\.25\.\d+$/);
  } else if (row.action === 'X/Z/U*' || vr === 'SQ') {
    expect(element?.vr).toBe('SQ');
    expect(output.items(tag).length).toBeGreaterThan(tag === 0x00700001 ? -1 : 0);
  } else {
    expect(element?.length).toBeGreaterThan(0);
    expect(element?.vr).toBe(vr);
    if (vr === 'UI') expect(output.string(tag)).toMatch(/^2\.25\.\d+$/);
    if (typeof original === 'string') expect(output.string(tag)).not.toBe(original);
    if (original instanceof Uint8Array) expect([...(output.bytes(tag) ?? [])]).not.toEqual([...original]);
  }
}

function expectKept(row: Row, output: DataSet, original: BuilderValue): void {
  const tag = tagIn(row);
  if (tag >>> 16 < 8) expect(output.has(tag)).toBe(false);
  else if (vrIn(row) === 'SQ') expect(output.items(tag)[0]?.string(0x00080104)).toBe('Knee');
  else if (typeof original === 'string') expect(output.string(tag)).toBe(original);
  else if (typeof original === 'number') expect(output.number(tag)).toBe(original);
  else expect([...(output.bytes(tag) ?? [])]).toEqual([...(original as Uint8Array)]);
}

const LISTED = ROWS.filter(({ place }) => place !== 'PRIVATE');
const withOption = (letters: string): readonly (readonly [string, Row, AnonymisationOptions])[] =>
  LISTED.flatMap((row) =>
    row.changes
      .split(/(?:)/)
      .filter((letter) => letters.includes(letter))
      .map(
        (letter) =>
          [`${row.place} ${lookUp(tagIn(row))?.keyword ?? ''} ${letter}`, row, OPTIONS[letter] ?? {}] as const,
      ),
  );

describe('table E.1-1', () => {
  it('is whole: 621 rows, each once', () => {
    expect(ROWS).toHaveLength(621);
    expect(new Set(ROWS.map(({ place }) => place)).size).toBe(621);
  });

  it.each(LISTED.map((row) => [`${row.place} ${lookUp(tagIn(row))?.keyword ?? ''} ${row.action}`, row] as const))(
    'Basic Profile: %s',
    async (_, row) => {
      expectBasic(row, await result(row, {}), sample(row, false));
    },
  );

  it.each(withOption('utipv'))('retained: %s', async (_, row, options) => {
    expectKept(row, await result(row, options), sample(row, false));
  });

  it.each(LISTED.filter(({ changes }) => changes.includes('t')).map((row) => [row.place, row] as const))(
    'moved with Modified Dates: %s',
    async (_, row) => {
      const output = await result(row, { dates: 'modified', retainDeviceIdentity: true });
      const expected = SHIFTED[vrIn(row)];
      // What is no text (a certified time stamp) cannot be moved, nor is "left" an offset from UTC.
      if (expected === undefined) expectBasic(row, output, sample(row, false));
      else expect(output.string(tagIn(row))).toBe(expected);
    },
  );

  it.each(withOption('dPVsg'))('cleaned, telling nothing: %s', async (_, row, options) => {
    const output = await result(row, options);
    // What is neither text nor drawing cannot be judged.
    if (/^O[BDFLVW]$/.test(vrIn(row)) && !row.changes.includes('g')) expectBasic(row, output, sample(row, false));
    else expectKept(row, output, sample(row, false));
  });

  it.each(withOption('dPVsg').filter(([, row]) => !/^(?:SQ|O[BDFLVW]|AT|[FSU][DLS])$/.test(vrIn(row))))(
    'cleaned, telling a name: %s',
    async (_, row, options) => {
      expectBasic(row, await result(row, options, true), sample(row, true));
    },
  );

  it('makes valid UIDs of at most 64 characters', async () => {
    for (const row of LISTED.filter(({ action }) => action === 'U').slice(0, 20)) {
      const uid = (await result(row, {})).string(tagIn(row));
      if (tagIn(row) >>> 16 < 8) continue;
      expect(uid).toMatch(UID_FORM);
      expect(uid?.length).toBeLessThanOrEqual(64);
    }
  });
});
