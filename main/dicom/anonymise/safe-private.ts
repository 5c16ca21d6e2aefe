import type { Tag, VR } from '../model';

/**
 * Creator, group, last byte of the element, value representation: table E.3.10-1 of PS3.15, without what holds UIDs, messages,
 * sequences or bulk binary data, which could hold anything (note 2 of E.3.10).
 */
const SAFE: readonly (readonly [string, number, number, VR])[] = [
  ['Philips PET Private Group', 0x7053, 0x00, 'DS'], // SUV factor
  ['Philips PET Private Group', 0x7053, 0x09, 'DS'], // activity concentration factor
  ['Philips Imaging DD 001', 0x2001, 0x03, 'FL'], // diffusion B-factor
  ['Philips Imaging DD 001', 0x2001, 0x04, 'CS'], // diffusion direction
  ['Philips MR Imaging DD 001', 0x2005, 0x0d, 'FL'], // scale intercept
  ['Philips MR Imaging DD 001', 0x2005, 0x0e, 'FL'], // scale slope
  ['ELSCINT1', 0x00e1, 0x21, 'DS'], // DLP
  ['ELSCINT1', 0x00e1, 0x50, 'DS'], // acquisition duration
  ['ELSCINT1', 0x01e1, 0x26, 'CS'], // phantom type
  ['ELSCINT1', 0x01f1, 0x01, 'CS'], // acquisition type
  ['ELSCINT1', 0x01f1, 0x07, 'DS'], // table velocity
  ['ELSCINT1', 0x01f1, 0x26, 'DS'], // pitch
  ['ELSCINT1', 0x01f1, 0x27, 'DS'], // rotation time
  ['GEMS_ACQU_01', 0x0019, 0x23, 'DS'], // table speed
  ['GEMS_ACQU_01', 0x0019, 0x24, 'DS'], // mid scan time
  ['GEMS_ACQU_01', 0x0019, 0x27, 'DS'], // rotation speed
  ['GEMS_ACQU_01', 0x0019, 0x9e, 'LO'], // internal pulse sequence name
  ['GEMS_SERS_01', 0x0025, 0x07, 'SL'], // images in series
  ['GEMS_PARM_01', 0x0043, 0x27, 'SH'], // scan pitch ratio
  ['GEMS_PARM_01', 0x0043, 0x39, 'IS'], // b value
  ['GEMS_PARM_01', 0x0043, 0x6f, 'DS'], // scanner table entry and gradient coil
  ['GEMS_HELIOS_01', 0x0045, 0x01, 'SS'], // macro rows in detector
  ['GEMS_HELIOS_01', 0x0045, 0x02, 'FL'], // macro width at isocentre
  ['SIEMENS MR HEADER', 0x0019, 0x0c, 'IS'], // b value
  ['SIEMENS MR HEADER', 0x0019, 0x0d, 'CS'], // diffusion directionality
  ['SIEMENS MR HEADER', 0x0019, 0x0e, 'FD'], // diffusion gradient direction
  ['SIEMENS MR HEADER', 0x0019, 0x27, 'FD'], // B matrix
  ['GEIIS PACS', 0x0903, 0x10, 'US'], // reject image flag
  ['GEIIS PACS', 0x0903, 0x11, 'US'], // significant flag
  ['GEIIS PACS', 0x0903, 0x12, 'US'], // confidential flag
  ['NQHeader', 0x0099, 0x04, 'SS'], // return code
  ['NQHeader', 0x0099, 0x10, 'FL'], // MI
  ['NQHeader', 0x0099, 0x20, 'SH'], // units
  ['NQHeader', 0x0099, 0x21, 'FL'], // ICV
  ...volumes('NQLeft', 0x0199),
  ...volumes('NQRight', 0x0299),
];

/** Volumes of the parts of one half of the brain: elements xx01 to xx16. */
function volumes(creator: string, group: number): (readonly [string, number, number, VR])[] {
  return Array.from({ length: 0x16 }, (_, index) => [creator, group, index + 1, 'FL'] as const);
}

const byKey = new Map<string, VR>(SAFE.map(([creator, group, element, vr]) => [keyOf(creator, group, element), vr]));

function keyOf(creator: string, group: number, element: number): string {
  return `${creator.trim().toUpperCase()}\0${group.toString(16)}\0${element.toString(16)}`;
}

/** Where the creator of a private attribute stands (PS3.5 7.8.1); undefined for creators themselves and attributes without one. */
export function creatorTag(tag: Tag): Tag | undefined {
  const block = (tag >>> 8) & 0xff;
  return block < 0x10 ? undefined : ((tag & 0xffff0000) | block) >>> 0;
}

/** The value representation of a private attribute that is known to hold nothing of a person (PS3.15 E.3.10). */
export function safePrivateVR(tag: Tag, creator: string | undefined): VR | undefined {
  return creator === undefined ? undefined : byKey.get(keyOf(creator, tag >>> 16, tag & 0xff));
}
