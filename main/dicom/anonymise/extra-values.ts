import { FieldboxError } from '@shared/errors';
import { lookUp } from '../dictionary';
import type { Tag } from '../model';
import { Tags } from '../tags';
import { isText } from './copy';
import { type ExtraValue, placed } from './tag-path';

/**
 * What the keys live on, and what tells others how the data set was treated: other values would make a result that nobody can
 * trace back, or one that says of itself what is not so.
 */
const RESERVED: ReadonlySet<Tag> = new Set<Tag>([
  Tags.SpecificCharacterSet,
  Tags.SOPClassUID,
  Tags.SOPInstanceUID,
  Tags.StudyInstanceUID,
  Tags.SeriesInstanceUID,
  Tags.EncapsulatedDocument,
  0x00120062, // Patient Identity Removed
  0x00120063, // De-identification Method
  0x00120064,
  0x00280303, // Longitudinal Temporal Information Modified
]);
/** Type 2 in every IOD, and what a person is found by. */
const NEEDED: ReadonlySet<Tag> = new Set<Tag>([Tags.PatientName, Tags.PatientID]);

/** Values that passed: in one order whatever order they came in, by paths of plain tags, the last one where a path comes twice. */
export interface CheckedValues {
  readonly values: readonly ExtraValue[];
  readonly patientName?: string;
  readonly patientID?: string;
}

/**
 * Checks the values a person wants in an anonymised data set. Throws ANONYMISE_TAG_PATH for a path that names nothing of PS3.6,
 * something that keys need, or something whose value is no text.
 */
export function checkValues(extra: readonly ExtraValue[]): CheckedValues {
  const byPath = new Map<string, ExtraValue>();
  let patientName: string | undefined;
  let patientID: string | undefined;
  for (const value of extra) {
    const steps = stepsOf(value);
    const last = steps.at(-1);
    const vr = last === undefined ? undefined : lookUp(last.tag)?.vr;
    const isReserved = last === undefined || (steps.length === 1 && RESERVED.has(last.tag));
    const isEmpty = value.value === null || value.value === '' || value.value.length === 0;
    if (isReserved || vr === undefined || !isText(vr) || (steps.length === 1 && isEmpty && NEEDED.has(last.tag)))
      throw new FieldboxError('ANONYMISE_TAG_PATH', { path: value.path });
    const path = steps.map(({ tag, item }) => hex(tag) + (item === null ? '' : `[${String(item + 1)}]`)).join('.');
    byPath.set(path, { path, value: value.value });
    if (steps.length > 1) continue;
    if (last.tag === Tags.PatientName) patientName = textOf(value);
    if (last.tag === Tags.PatientID) patientID = textOf(value);
  }
  return {
    values: [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    ...(patientName !== undefined && { patientName }),
    ...(patientID !== undefined && { patientID }),
  };
}

function stepsOf(value: ExtraValue) {
  try {
    return placed([value])[0]?.steps ?? [];
  } catch (error) {
    throw new FieldboxError('ANONYMISE_TAG_PATH', { path: value.path }, error);
  }
}

function hex(tag: Tag): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

function textOf({ value }: ExtraValue): string {
  return value === null ? '' : typeof value === 'string' ? value : value.join('\\');
}
