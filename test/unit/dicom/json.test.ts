import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { type JsonDataSet, toDicomJson } from '../../../main/dicom/json';
import { readDicom } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { DataSetBuilder, writePart10 } from '../../../main/dicom/writer';
import {
  element,
  encapsulated,
  EXPLICIT_BIG,
  fromHex,
  item,
  joined,
  latin,
  numbers,
  part10,
  sequence,
  SYNTAX,
} from '../../fixtures/dicom-bytes';

const options = { inlineLimit: 16, bulkDataURI: (path: string) => `bulk/${path}` };

function jsonOf(syntax: string, ...elements: Uint8Array[]): JsonDataSet {
  return toDicomJson(readDicom(new BufferSource(part10(syntax, joined(...elements)))).dataset, options);
}
const explicit = (...elements: Uint8Array[]): JsonDataSet =>
  jsonOf(SYNTAX.explicit, element(Tags.SOPInstanceUID, 'UI', '1.2.3'), ...elements);

describe('the DICOM JSON model (PS3.18 F.2)', () => {
  it('writes the example of F.4 in its form', () => {
    const json = explicit(
      element(0x00080005, 'CS', 'ISO_IR 192'),
      element(0x00080020, 'DA', '20130409'),
      element(0x00080061, 'CS', 'CT\\PET'),
      element(0x00080090, 'PN', '^Bob^^Dr.'),
      element(0x00100010, 'PN', new TextEncoder().encode('Wang^XiaoDong=王^小東')),
      element(0x00201206, 'IS', '4'),
    );
    expect(json).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080018': { vr: 'UI', Value: ['1.2.3'] },
      '00080020': { vr: 'DA', Value: ['20130409'] },
      '00080061': { vr: 'CS', Value: ['CT', 'PET'] },
      '00080090': { vr: 'PN', Value: [{ Alphabetic: '^Bob^^Dr.' }] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小東' }] },
      '00201206': { vr: 'IS', Value: [4] },
    });
  });

  it('gives the tags in order, upper case, without group lengths', () => {
    const json = explicit(
      element(0x00280011, 'US', fromHex('0200')),
      element(0x00280010, 'US', fromHex('0300')),
      numbers(0x00280000, 'UL', 20),
      element(0x7fe00010, 'OW', fromHex('0000')),
    );
    expect(Object.keys(json).sort()).toEqual(['00080018', '00280010', '00280011', '7FE00010']);
  });

  it('writes null for an empty value among others (F.2.5), and no Value where there is none', () => {
    const json = explicit(
      element(0x00080008, 'CS', 'A\\\\B'),
      element(0x00080050, 'SH', ''),
      element(0x00081030, 'LO', '  '),
      element(0x00081050, 'PN', 'A\\\\B'),
    );
    expect(json['00080008']).toEqual({ vr: 'CS', Value: ['A', null, 'B'] });
    expect(json['00080050']).toEqual({ vr: 'SH' });
    expect(json['00081030']).toEqual({ vr: 'LO' });
    expect(json['00081050']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'A' }, null, { Alphabetic: 'B' }] });
  });

  it('writes DS and IS as numbers where they are numbers and keeps other texts (F.2.3)', () => {
    const json = explicit(element(0x00281050, 'DS', '40\\-1.5e2\\ .5 \\\\1,5\\1e999'), element(0x00280008, 'IS', '1A'));
    expect(json['00281050']?.Value).toEqual([40, -150, 0.5, null, '1,5', '1e999']);
    expect(json['00280008']?.Value).toEqual(['1A']);
    expect(JSON.parse(JSON.stringify(json['00281050']))).toEqual(json['00281050']);
  });

  it('writes binary numbers, tags, 64-bit values and what JSON has no number for', () => {
    const json = explicit(
      element(0x00089459, 'FL', fromHex('0000c03f0000c07f0000807f')),
      element(0x00280009, 'AT', fromHex('1800631018006510')),
      element(0x00720082, 'SV', fromHex('feffffffffffffff000000000000ff7f')),
      element(0x00720083, 'UV', fromHex('ffffffffffffffff')),
      element(0x00189219, 'SS', fromHex('feff')),
    );
    expect(json['00089459']?.Value).toEqual([1.5, 'NaN', 'Infinity']);
    expect(json['00280009']?.Value).toEqual(['00181063', '00181065']);
    expect(json['00720082']?.Value).toEqual([-2, '9223090561878065152']);
    expect(json['00720083']?.Value).toEqual(['18446744073709551615']);
    expect(json['00189219']?.Value).toEqual([-2]);
  });

  it('writes sequences with their items, the empty one too', () => {
    const inner = item(joined(element(0x00080100, 'SH', 'T1'), sequence(0x00082220, [item(new Uint8Array())])));
    const json = explicit(sequence(0x00082218, [inner]), sequence(0x00400275, []));
    expect(json['00082218']).toEqual({
      vr: 'SQ',
      Value: [{ '00080100': { vr: 'SH', Value: ['T1'] }, '00082220': { vr: 'SQ', Value: [{}] } }],
    });
    expect(json['00400275']).toEqual({ vr: 'SQ' });
  });

  it('puts short binary values inline and names long ones and pixels by their path (F.2.6, F.2.7)', () => {
    const json = explicit(
      element(0x00091001, 'UN', latin('abcd')),
      element(0x00420011, 'OB', new Uint8Array(17)),
      element(Tags.PixelData, 'OW', fromHex('0102')),
      sequence(0x00880200, [item(element(Tags.PixelData, 'OW', fromHex('0102')))]),
    );
    expect(json['00091001']).toEqual({ vr: 'UN', InlineBinary: 'YWJjZA==' });
    expect(json['00420011']).toEqual({ vr: 'OB', BulkDataURI: 'bulk/00420011' });
    expect(json['7FE00010']).toEqual({ vr: 'OW', BulkDataURI: 'bulk/7FE00010' });
    expect(json['00880200']?.Value).toEqual([{ '7FE00010': { vr: 'OW', BulkDataURI: 'bulk/00880200/1/7FE00010' } }]);
    expect(
      jsonOf(SYNTAX.rle, element(Tags.SOPInstanceUID, 'UI', '1.2'), encapsulated([new Uint8Array(2)]))['7FE00010'],
    ).toEqual({ vr: 'OB', BulkDataURI: 'bulk/7FE00010' });
  });

  it('writes words little endian, whatever the file (F.2.7)', () => {
    const uid = element(Tags.SOPInstanceUID, 'UI', '1.2', EXPLICIT_BIG);
    const json = jsonOf(
      SYNTAX.big,
      uid,
      element(0x00281201, 'OW', fromHex('0102fffe'), EXPLICIT_BIG),
      element(0x00660022, 'OF', fromHex('3fc00000'), EXPLICIT_BIG),
      element(0x00420011, 'OB', fromHex('0102'), EXPLICIT_BIG),
    );
    expect(json['00281201']?.InlineBinary).toBe(Buffer.from('0201feff', 'hex').toString('base64'));
    expect(json['00660022']?.InlineBinary).toBe(Buffer.from('0000c03f', 'hex').toString('base64'));
    expect(json['00420011']?.InlineBinary).toBe(Buffer.from('0102', 'hex').toString('base64'));
  });

  it('leaves backslashes in texts of one value', () => {
    expect(explicit(element(0x00104000, 'LT', 'a\\b'))['00104000']).toEqual({ vr: 'LT', Value: ['a\\b'] });
  });
});

it('is the same for an object in whatever encoding it is written', () => {
  const bytes = writePart10(
    { sopClassUID: '1.2', sopInstanceUID: '1.2.3', transferSyntaxUID: SYNTAX.explicit },
    new DataSetBuilder().set('SOPInstanceUID', '1.2.3').set('Rows', 3).set('PixelSpacing', [1, 2]),
  );
  const implicit = jsonOf(
    SYNTAX.big,
    element(Tags.SOPInstanceUID, 'UI', '1.2.3', EXPLICIT_BIG),
    numbers(Tags.Rows, 'US', 3, EXPLICIT_BIG),
    element(Tags.PixelSpacing, 'DS', '1\\2', EXPLICIT_BIG),
  );
  expect(toDicomJson(readDicom(new BufferSource(bytes)).dataset, options)).toEqual(implicit);
});
