import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { extractIndex, type IndexAttributes } from '../../../main/dicom/index-attributes';
import { readDicom } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import {
  element,
  encapsulated,
  fromHex,
  header,
  item,
  joined,
  latin,
  metaGroup,
  numbers,
  part10,
  sampleDataSet,
  EXPLICIT_LITTLE,
  sequence,
  SYNTAX,
  UNDEFINED,
} from '../../fixtures/dicom-bytes';
import { instanceBytes } from '../../fixtures/instances';

const index = (bytes: Uint8Array): IndexAttributes => extractIndex(readDicom(new BufferSource(bytes)));
const of = (...elements: Uint8Array[]): IndexAttributes =>
  index(part10(SYNTAX.explicit, joined(element(Tags.SOPInstanceUID, 'UI', '1.2.3'), ...elements)));

describe('what the index keeps of an object', () => {
  it('has names, identities, numbers and dates', () => {
    expect(
      index(
        instanceBytes({
          seed: 3,
          PatientID: 'P7',
          PatientName: 'Sow^Aïssatou',
          SpecificCharacterSet: 'ISO_IR 192',
          study: '1.2.1',
          series: '1.2.2',
          sop: '1.2.3',
        }),
      ),
    ).toEqual({
      SpecificCharacterSet: 'ISO_IR 192',
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      SOPInstanceUID: '1.2.3',
      StudyDate: '20261120',
      StudyTime: '101500',
      Modality: 'OT',
      PatientName: 'Sow^Aïssatou',
      PatientID: 'P7',
      PatientBirthDate: '19800102',
      PatientSex: 'F',
      StudyInstanceUID: '1.2.1',
      SeriesInstanceUID: '1.2.2',
      StudyID: '1',
      SeriesNumber: '1',
      InstanceNumber: '3',
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      Rows: 32,
      Columns: 32,
      BitsAllocated: 8,
      BitsStored: 8,
      PixelRepresentation: 0,
      transferSyntaxUID: SYNTAX.explicit,
      hasPixelData: true,
      birthDate: '19800102',
      studyDate: '20261120',
    });
  });

  it('can cross threads and be written as JSON', () => {
    const attributes = index(part10(SYNTAX.explicit, sampleDataSet(EXPLICIT_LITTLE)));
    expect(JSON.parse(JSON.stringify(attributes))).toEqual(attributes);
    expect(structuredClone(attributes)).toEqual(attributes);
  });

  it('leaves out what is missing or empty', () => {
    const attributes = of(element(Tags.PatientID, 'LO', '  '), element(Tags.PatientName, 'PN', ''));
    expect(attributes).toEqual({
      SOPInstanceUID: '1.2.3',
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      transferSyntaxUID: SYNTAX.explicit,
      hasPixelData: false,
    });
  });

  it('takes identities from the meta group where the data set has none', () => {
    const bytes = joined(
      new Uint8Array(128),
      latin('DICM'),
      metaGroup(SYNTAX.explicit),
      element(Tags.PatientID, 'LO', 'x'),
    );
    expect(index(bytes)).toMatchObject({ SOPInstanceUID: '1.2.3.4.5', SOPClassUID: '1.2.840.10008.5.1.4.1.1.7' });
  });

  it('joins several values by backslashes', () => {
    expect(of(element(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL')).ImageType).toBe('ORIGINAL\\PRIMARY\\AXIAL');
    expect(of(element(Tags.PixelSpacing, 'DS', '0.5\\0.25')).PixelSpacing).toBe('0.5\\0.25');
  });

  it('looks at the top level only', () => {
    const inside = sequence(0x00081140, [
      item(joined(element(Tags.PatientID, 'LO', 'other'), element(Tags.SOPInstanceUID, 'UI', '9.9'))),
    ]);
    const attributes = of(inside);
    expect(attributes.PatientID).toBeUndefined();
    expect(attributes.SOPInstanceUID).toBe('1.2.3');
  });
});

describe('hostile and odd values', () => {
  it('frees texts of control characters and cuts what is longer than anything real', () => {
    const attributes = of(
      element(0x00081030, 'LO', 'a\r\n\x1b[31mb\0c'),
      element(Tags.PatientID, 'LO', 'x'.repeat(5000)),
    );
    expect(attributes.StudyDescription).toBe('a [31mb c');
    expect(attributes.PatientID).toHaveLength(1024);
  });

  it('keeps texts that look like paths, markup or SQL as the plain texts they are', () => {
    for (const text of ['../../etc/passwd', '<script>alert(1)</script>', "'; DROP TABLE x; --", '%s%n', '=1+1']) {
      expect(of(element(Tags.PatientID, 'LO', text)).PatientID).toBe(text);
    }
  });

  it('takes numbers only where they are whole, and none below zero', () => {
    expect(of(element(Tags.NumberOfFrames, 'IS', '12.7')).NumberOfFrames).toBe(12);
    expect(of(element(Tags.NumberOfFrames, 'IS', '-3')).NumberOfFrames).toBeUndefined();
    expect(of(element(Tags.NumberOfFrames, 'IS', '1e300')).NumberOfFrames).toBeUndefined();
    expect(of(element(Tags.Rows, 'US', fromHex('ff'))).Rows).toBe(0x20ff);
  });

  it('knows pixel data that are empty, or of floating point', () => {
    const size = joined(numbers(Tags.Rows, 'US', 1), numbers(Tags.Columns, 'US', 1));
    expect(of(size, element(Tags.PixelData, 'OW', '')).hasPixelData).toBe(false);
    expect(of(size, element(0x7fe00008, 'OF', new Uint8Array(4))).hasPixelData).toBe(true);
    expect(of(size, element(0x7fe00009, 'OD', new Uint8Array(8))).hasPixelData).toBe(true);
    expect(of(size, encapsulated([new Uint8Array(4)])).hasPixelData).toBe(true);
    expect(of(size, header(Tags.PixelData, 'OB', UNDEFINED)).hasPixelData).toBe(false);
  });
});

describe('dates and ages', () => {
  it.each([
    ['19991231', '19991231'],
    ['1999.12.31', '19991231'],
    ['19991231 ', '19991231'],
    ['19991301', undefined],
    ['19991200', undefined],
    ['1999', undefined],
    ['31/12/1999', undefined],
  ])('birth date "%s" is %s', (text, expected) => {
    const attributes = of(element(0x00100030, 'DA', text));
    expect(attributes.birthDate).toBe(expected);
    expect(attributes.PatientBirthDate).toBe(text.trim());
  });

  it.each([
    ['045Y', 45],
    ['018M', 1.5],
    ['026W', 0.5],
    ['010D', 0.03],
    ['45', undefined],
    ['', undefined],
  ])('age "%s" is %s years (PS3.5 6.2, AS)', (text, years) => {
    expect(of(element(0x00101010, 'AS', text)).ageYears).toBe(years);
  });
});
