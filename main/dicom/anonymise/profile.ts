import { isPrivate } from '../dictionary';
import type { Tag, VR } from '../model';
import type { AnonymisationOptions } from './options';
import { confidentialityTable } from './table';

/** Actions of the column Basic Profile of table E.1-1. */
export type BasicAction = 'X' | 'Z' | 'D' | 'U' | 'X/Z' | 'X/D' | 'Z/D' | 'X/Z/D' | 'X/Z/U*';

/** A row of table E.1-1. */
export interface ProfileRule {
  readonly action: BasicAction;
  /** Letters of the options that change it, as scripts/generate/confidentiality.txt explains them. */
  readonly changes: string;
}

/** What is done with an attribute that the options do or do not touch. */
export type Decision = 'basic' | 'keep' | 'shift' | 'clean';
/** What is done with an attribute in the end. */
export type Outcome = 'remove' | 'empty' | 'dummy' | 'replace-uid';

const byTag = new Map<Tag, ProfileRule>();
const repeating: { readonly pattern: RegExp; readonly rule: ProfileRule }[] = [];
let privateRule: ProfileRule = { action: 'X', changes: '' };

for (const line of confidentialityTable.trim().split('\n')) {
  const [place = '', action = '', changes = ''] = line.split(' ');
  const rule: ProfileRule = { action: action as BasicAction, changes };
  if (place === 'PRIVATE') privateRule = rule;
  else if (place.includes('x')) repeating.push({ pattern: new RegExp(`^${place.replaceAll('x', '[0-9A-F]')}$`), rule });
  else byTag.set(Number.parseInt(place, 16), rule);
}

/** Attributes that the table does not list but that hold what it removes elsewhere. */
const BEYOND: readonly (readonly [Tag, ProfileRule])[] = [
  // Encrypted Attributes Sequence: what an earlier de-identification hid for those who have its key.
  [0x04000500, { action: 'X', changes: '' }],
  // HL7 Instance Identifier: names the document that is encapsulated.
  [0x0040e001, { action: 'X/D', changes: '' }],
  // Document Title: of a document that came as a file often the name of that file.
  [0x00420010, { action: 'Z', changes: 'd' }],
  // Private Data Element Characteristics Sequence speaks of what is not there any more.
  [0x00080300, { action: 'X', changes: '' }],
];
for (const [tag, rule] of BEYOND) byTag.set(tag, rule);

/** By value representation, for attributes that the table does not list: whatever names a person, a time or a place on a network. */
const BY_VR: Partial<Record<VR, ProfileRule>> = {
  PN: { action: 'Z/D', changes: '' },
  DA: { action: 'X/Z/D', changes: 't' },
  DT: { action: 'X/Z/D', changes: 't' },
  TM: { action: 'X/Z/D', changes: 't' },
  AE: { action: 'X/Z', changes: 'V' },
  UR: { action: 'X', changes: '' },
  UI: { action: 'U', changes: 'u' },
};

/** The row of table E.1-1 for a tag, repeating groups and the private row included. */
export function tableRule(tag: Tag): ProfileRule | undefined {
  if (isPrivate(tag)) return privateRule;
  const exact = byTag.get(tag);
  if (exact) return exact;
  const group = tag >>> 24;
  if (group !== 0x50 && group !== 0x60) return undefined;
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  return repeating.find(({ pattern }) => pattern.test(hex))?.rule;
}

/** The rule for an attribute: of the table, else of its value representation; undefined for what is kept. */
export function ruleFor(tag: Tag, vr: VR): ProfileRule | undefined {
  return tableRule(tag) ?? BY_VR[vr];
}

/**
 * What the options make of a row. Retaining goes before cleaning, but with Modified Dates every date is moved, those of devices
 * too (E.3.6): a date that stays would betray the number of days.
 */
export function decide(rule: ProfileRule, options: AnonymisationOptions): Decision {
  const has = (letter: string): boolean => rule.changes.includes(letter);
  if (has('t') && options.dates === 'modified') return 'shift';
  if (has('t') && options.dates === 'full') return 'keep';
  if (has('u') && options.retainUIDs) return 'keep';
  if (has('v') && options.retainDeviceIdentity) return 'keep';
  if (has('i') && options.retainInstitutionIdentity) return 'keep';
  if (has('p') && options.retainPatientCharacteristics) return 'keep';
  if (has('d') && options.cleanDescriptors) return 'clean';
  if (has('s') && options.cleanStructuredContent) return 'clean';
  if (has('g') && options.cleanGraphics) return 'clean';
  if (has('P') && options.retainPatientCharacteristics) return 'clean';
  if (has('V') && options.retainDeviceIdentity) return 'clean';
  return 'basic';
}

/**
 * What the action of the Basic Profile comes to. Where the table leaves a choice by the type of the attribute in its IOD
 * (E.1, "unless Z or D is required to maintain IOD conformance"), the type is not known here, so the choice is the one that
 * conforms whatever the type is: X/Z becomes Z, which Types 2 and 3 allow; X/D, Z/D and X/Z/D become D where there was a value,
 * which all types allow. Where there was none the attribute cannot be of Type 1, and it stays empty (Z/D, X/Z/D) or goes (X/D).
 * D alone always gives a value. X/Z/U* keeps the sequence and replaces the UIDs in it.
 */
export function outcomeOf(action: BasicAction, isEmpty: boolean): Outcome {
  switch (action) {
    case 'X':
      return 'remove';
    case 'Z':
    case 'X/Z':
      return 'empty';
    case 'D':
      return 'dummy';
    case 'X/D':
      return isEmpty ? 'remove' : 'dummy';
    case 'Z/D':
    case 'X/Z/D':
      return isEmpty ? 'empty' : 'dummy';
    case 'U':
    case 'X/Z/U*':
      return 'replace-uid';
  }
}
