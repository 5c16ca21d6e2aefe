import { describe, expect, it } from 'vitest';
import {
  formatTag,
  isPrivate,
  isTransferSyntax,
  keywordOf,
  lookUp,
  nameOf,
  tagOf,
  uidName,
  vrOf,
} from '../../../main/dicom/dictionary';
import { Tags } from '../../../main/dicom/tags';
import { IMPLEMENTATION_CLASS_UID, newUID, uidFromHash } from '../../../main/dicom/uids';

/** PS3.5 9.1: up to 64 characters, components without leading zeros; B.2: below 2.25 a 128-bit number. */
const VALID = /^2\.25\.(0|[1-9]\d{0,38})$/;

describe('UIDs', () => {
  it('are valid, short enough and each its own', () => {
    const made = Array.from({ length: 2000 }, newUID);
    for (const uid of made) {
      expect(uid).toMatch(VALID);
      expect(uid.length).toBeLessThanOrEqual(64);
      expect(BigInt(uid.slice(5)) < 2n ** 128n).toBe(true);
    }
    expect(new Set(made).size).toBe(made.length);
  });

  it('from a text are the same for the same text', () => {
    expect(uidFromHash('a')).toBe(uidFromHash('a'));
    expect(uidFromHash('a')).not.toBe(uidFromHash('b'));
    expect(uidFromHash('a')).toMatch(VALID);
    // SHA-256 of the empty text begins e3b0c44298fc1c149afbf4c8996fb924.
    expect(uidFromHash('')).toBe(`2.25.${String(0xe3b0c44298fc1c149afbf4c8996fb924n)}`);
  });

  it('name the implementation', () => {
    expect(IMPLEMENTATION_CLASS_UID).toMatch(VALID);
  });

  it('have the names of PS3.6 annex A', () => {
    expect(uidName('1.2.840.10008.1.2.1')).toBe('Explicit VR Little Endian');
    expect(uidName('1.2.840.10008.5.1.4.1.1.2')).toBe('CT Image Storage');
    expect(uidName('1.2.3.4')).toBe('1.2.3.4');
    expect(isTransferSyntax('1.2.840.10008.1.2.4.90')).toBe(true);
    expect(isTransferSyntax('1.2.840.10008.5.1.4.1.1.2')).toBe(false);
  });
});

describe('the dictionary', () => {
  it('knows attributes by tag and keyword', () => {
    expect(lookUp(0x00100010)).toEqual({
      tag: 0x00100010,
      vr: 'PN',
      ambiguous: null,
      vm: '1',
      keyword: 'PatientName',
      name: "Patient's Name",
    });
    expect(tagOf('PatientName')).toBe(0x00100010);
    expect(tagOf('NoSuchThing')).toBeUndefined();
    expect(nameOf(0x0020000d)).toBe('Study Instance UID');
    expect(keywordOf(0x00091001)).toBe('');
  });

  it('has each tag that the program names, under the same keyword', () => {
    for (const [keyword, tag] of Object.entries(Tags)) expect(keywordOf(tag)).toBe(keyword);
  });

  it('knows repeating groups (PS3.5 7.6)', () => {
    expect(keywordOf(0x60003000)).toBe('OverlayData');
    expect(keywordOf(0x60023000)).toBe('OverlayData');
    expect(keywordOf(0x601e0010)).toBe('OverlayRows');
    expect(vrOf(0x50003000)).toBe('OW');
  });

  it('knows where the VR depends on other attributes (PS3.6 table 6-1)', () => {
    expect(lookUp(0x7fe00010)).toMatchObject({ vr: 'OW', ambiguous: 'OB or OW' });
    expect(lookUp(0x00280106)).toMatchObject({ vr: 'US', ambiguous: 'US or SS' });
    expect(lookUp(0x00283006)).toMatchObject({ ambiguous: 'US or OW' });
  });

  it('gives a VR to everything (PS3.5 6.2.2, 7.8)', () => {
    expect(vrOf(0x00090010)).toBe('LO');
    expect(vrOf(0x000900ff)).toBe('LO');
    expect(vrOf(0x00091001)).toBe('UN');
    expect(vrOf(0x00090000)).toBe('UL');
    expect(vrOf(0x00100000)).toBe('UL');
    expect(vrOf(0x0010ffff)).toBe('UN');
  });

  it('tells private groups, and writes tags', () => {
    expect(isPrivate(0x00091001)).toBe(true);
    expect(isPrivate(0xffff0001)).toBe(true);
    expect(isPrivate(0x00080005)).toBe(false);
    expect(formatTag(0x7fe00010)).toBe('7FE00010');
    expect(formatTag(0x00080005)).toBe('00080005');
  });
});
