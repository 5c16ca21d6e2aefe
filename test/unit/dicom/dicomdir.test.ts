import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { type DirectoryEntry, directoryEntry, readDicomdir, writeDicomdir } from '../../../main/dicom/dicomdir';
import type { DataSetView } from '../../../main/dicom/model';
import { readDicom, type ReadResult } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { DataSetBuilder, writePart10 } from '../../../main/dicom/writer';
import { element, fromHex, item, joined, numbers, part10, sequence, SYNTAX } from '../../fixtures/dicom-bytes';
import { instanceBytes } from '../../fixtures/instances';

const read = (bytes: Uint8Array): ReadResult => readDicom(new BufferSource(bytes));

function entryOf(bytes: Uint8Array, ...path: readonly string[]): DirectoryEntry {
  const entry = directoryEntry(read(bytes), path);
  if (!entry) throw new Error('The object has no place in a directory.');
  return entry;
}

function objectOf(sopClassUID: string, attributes: Readonly<Record<string, string | number | Uint8Array>>): Uint8Array {
  const dataset = new DataSetBuilder()
    .set('SOPClassUID', sopClassUID)
    .set('SOPInstanceUID', '1.2.9')
    .set('StudyInstanceUID', '1.2.1')
    .set('SeriesInstanceUID', '1.2.2');
  for (const [keyword, value] of Object.entries(attributes)) dataset.set(keyword, value);
  return writePart10({ sopClassUID, sopInstanceUID: '1.2.9', transferSyntaxUID: SYNTAX.explicit }, dataset);
}

const recordsOf = (directory: Uint8Array): readonly DataSetView[] =>
  read(directory).dataset.items(Tags.DirectoryRecordSequence);

describe('writing', () => {
  const instances = [
    { seed: 1, PatientID: 'P1', study: '1.2.3.1', series: '1.2.3.1.1' },
    { seed: 2, PatientID: 'P1', study: '1.2.3.1', series: '1.2.3.1.1' },
    { seed: 3, PatientID: 'P1', study: '1.2.3.1', series: '1.2.3.1.2' },
    { seed: 4, PatientID: 'P1', study: '1.2.3.2', series: '1.2.3.2.1' },
    { seed: 5, PatientID: 'P2', study: '1.2.3.3', series: '1.2.3.3.1' },
  ];
  const entries = instances.map((spec) => entryOf(instanceBytes(spec), 'DICOM', `I${String(spec.seed)}`));
  const bytes = writeDicomdir({ fileSetID: 'FIELDBOX', sopInstanceUID: '1.2.3', entries });
  const file = read(bytes);

  it('makes a Media Storage Directory in explicit VR little endian (PS3.10 8.6)', () => {
    expect(file).toMatchObject({ transferSyntaxUID: SYNTAX.explicit, hasPreamble: true, warnings: [], cut: null });
    expect(file.meta.string(Tags.MediaStorageSOPClassUID)).toBe('1.2.840.10008.1.3.10');
    expect(file.dataset.string(Tags.FileSetID)).toBe('FIELDBOX');
    expect(file.dataset.number(Tags.FileSetConsistencyFlag)).toBe(0);
  });

  it('lists each patient, study and series once, each object under its own', () => {
    expect(recordsOf(bytes).map((record) => record.string(Tags.DirectoryRecordType))).toEqual([
      'PATIENT',
      'STUDY',
      'SERIES',
      'IMAGE',
      'IMAGE',
      'SERIES',
      'IMAGE',
      'STUDY',
      'SERIES',
      'IMAGE',
      'PATIENT',
      'STUDY',
      'SERIES',
      'IMAGE',
    ]);
  });

  it('links records by offsets that point at their items', () => {
    const { dataset } = file;
    const followed: string[] = [];
    const walk = (offset: number, depth: number): void => {
      for (let at = offset; at !== 0;) {
        expect(Buffer.from(bytes.subarray(at, at + 4)).toString('hex')).toBe('feff00e0');
        const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4, true);
        const record = read(part10(SYNTAX.explicit, bytes.subarray(at + 8, at + 8 + length))).dataset;
        followed.push(
          `${' '.repeat(depth)}${record.string(Tags.DirectoryRecordType) ?? ''} ${record.strings(Tags.ReferencedFileID).join('/')}`.trimEnd(),
        );
        expect(record.number(Tags.RecordInUseFlag)).toBe(0xffff);
        walk(record.number(Tags.OffsetOfReferencedLowerLevelDirectoryEntity) ?? 0, depth + 1);
        at = record.number(Tags.OffsetOfTheNextDirectoryRecord) ?? 0;
      }
    };
    walk(dataset.number(Tags.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity) ?? 0, 0);
    expect(followed).toEqual([
      'PATIENT',
      ' STUDY',
      '  SERIES',
      '   IMAGE DICOM/I1',
      '   IMAGE DICOM/I2',
      '  SERIES',
      '   IMAGE DICOM/I3',
      ' STUDY',
      '  SERIES',
      '   IMAGE DICOM/I4',
      'PATIENT',
      ' STUDY',
      '  SERIES',
      '   IMAGE DICOM/I5',
    ]);
    const last = dataset.number(Tags.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity) ?? 0;
    expect(last).toBeGreaterThan(dataset.number(Tags.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity) ?? 0);
  });

  it('is read back with every file', () => {
    const directory = readDicomdir(file);
    expect(directory.fileSetID).toBe('FIELDBOX');
    expect(directory.referencedFiles.map((one) => one.fileIdPath.join('/'))).toEqual([
      'DICOM/I1',
      'DICOM/I2',
      'DICOM/I3',
      'DICOM/I4',
      'DICOM/I5',
    ]);
    expect(directory.referencedFiles.map((one) => one.sopInstanceUID)).toEqual(
      entries.map((entry) => entry.sopInstanceUID),
    );
  });

  it('lists an object once that comes twice', () => {
    const twice = writeDicomdir({ fileSetID: 'X', sopInstanceUID: '1.2.3', entries: [...entries, ...entries] });
    expect(readDicomdir(read(twice)).referencedFiles).toHaveLength(5);
  });

  it('makes an empty directory', () => {
    const empty = read(writeDicomdir({ fileSetID: '', sopInstanceUID: '1.2.3', entries: [] }));
    expect(empty.dataset.number(Tags.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)).toBe(0);
    expect(readDicomdir(empty)).toEqual({ fileSetID: '', referencedFiles: [] });
  });
});

describe('records', () => {
  it('carry the keys of an image and fill in those that must have a value (PS3.3 F.5)', () => {
    const records = recordsOf(
      writeDicomdir({
        fileSetID: 'X',
        sopInstanceUID: '1.2.3',
        entries: [
          entryOf(
            objectOf('1.2.840.10008.5.1.4.1.1.7', {
              PatientName: 'Doe^J',
              Rows: 4,
              Columns: 5,
              PixelData: new Uint8Array(20),
            }),
            'A',
          ),
        ],
      }),
    );
    const [patient, study, series, image] = records;
    expect(patient?.string(Tags.PatientName)).toBe('Doe^J');
    expect(patient?.string(Tags.PatientID)).toBeDefined();
    expect(study?.string(Tags.StudyInstanceUID)).toBe('1.2.1');
    for (const keyword of [0x00080020, 0x00080030, 0x00200010]) expect(study?.string(keyword)).toBeDefined();
    expect(study?.element(0x00080050)).toMatchObject({ length: 0 });
    expect(series?.string(Tags.SeriesInstanceUID)).toBe('1.2.2');
    expect(series?.string(Tags.Modality)).toBe('OT');
    expect(image?.number(Tags.Rows)).toBe(4);
    expect(image?.string(Tags.InstanceNumber)).toBe('1');
    expect(image?.string(Tags.ReferencedTransferSyntaxUIDInFile)).toBe(SYNTAX.explicit);
    expect(image?.string(Tags.ReferencedSOPClassUIDInFile)).toBe('1.2.840.10008.5.1.4.1.1.7');
  });

  it('say their own character set where they need one, and only there', () => {
    const bytes = instanceBytes({ seed: 1, PatientName: 'Müller^山田^علي', SpecificCharacterSet: 'ISO_IR 192' });
    const [patient, study] = recordsOf(
      writeDicomdir({ fileSetID: 'X', sopInstanceUID: '1.2.3', entries: [entryOf(bytes, 'A')] }),
    );
    expect(patient?.string(Tags.SpecificCharacterSet)).toBe('ISO_IR 192');
    expect(patient?.string(Tags.PatientName)).toBe('Müller^山田^علي');
    expect(study?.has(Tags.SpecificCharacterSet)).toBe(false);
  });

  it.each([
    ['1.2.840.10008.5.1.4.1.1.88.11', 'SR DOCUMENT'],
    ['1.2.840.10008.5.1.4.1.1.88.59', 'KEY OBJECT DOC'],
    ['1.2.840.10008.5.1.4.1.1.11.1', 'PRESENTATION'],
    ['1.2.840.10008.5.1.4.1.1.9.1.1', 'WAVEFORM'],
    ['1.2.840.10008.5.1.4.1.1.104.1', 'ENCAP DOC'],
    ['1.2.840.10008.5.1.4.1.1.481.2', 'RT DOSE'],
    ['1.2.840.10008.5.1.4.1.1.481.3', 'RT STRUCTURE SET'],
    ['1.2.840.10008.5.1.4.1.1.481.5', 'RT PLAN'],
    ['1.2.840.10008.5.1.4.1.1.66', 'RAW DATA'],
    ['1.2.840.10008.5.1.4.1.1.66.1', 'REGISTRATION'],
    ['1.2.3.4.5.99', 'RAW DATA'],
  ])('of %s are of type %s (PS3.3 F.4)', (sopClass, type) => {
    expect(entryOf(objectOf(sopClass, {}), 'A').leaf.type).toBe(type);
  });

  it('of anything with pixels are images', () => {
    expect(entryOf(instanceBytes({ seed: 1 }), 'A').leaf.type).toBe('IMAGE');
  });

  it('are not made of an object that has no identity', () => {
    const bytes = part10(
      SYNTAX.explicit,
      joined(element(Tags.SOPInstanceUID, 'UI', '1.2'), element(Tags.PatientID, 'LO', 'x')),
    );
    expect(directoryEntry(read(bytes), ['A'])).toBeUndefined();
  });

  it('have dates and times in the form of PS3.5, those of ACR-NEMA too, and none that are none', () => {
    const studyOf = (date: string, time: string): DataSetView | undefined =>
      recordsOf(
        writeDicomdir({
          fileSetID: 'X',
          sopInstanceUID: '1.2.3',
          entries: [entryOf(objectOf('1.2.840.10008.5.1.4.1.1.7', { StudyDate: date, StudyTime: time }), 'A')],
        }),
      )[1];
    const both = (study: DataSetView | undefined): readonly (string | undefined)[] => [
      study?.string(0x00080020),
      study?.string(0x00080030),
    ];
    expect(both(studyOf('1999.05.24', '11:20:00'))).toEqual(['19990524', '112000']);
    expect(both(studyOf('19990524', '112000.123'))).toEqual(['19990524', '112000.123']);
    expect(both(studyOf('unknown', 'noon'))).toEqual(['19000101', '000000']);
  });

  it('say when a report was verified, and what a presentation state refers to', () => {
    const observer = new DataSetBuilder().set('VerificationDateTime', '20260101101010');
    const image = new DataSetBuilder()
      .set('ReferencedSOPClassUID', '1.2.3')
      .set('ReferencedSOPInstanceUID', '1.2.4')
      .set('ReferencedFrameNumber', [1, 3]);
    const series = new DataSetBuilder()
      .set('SeriesInstanceUID', '1.2.5')
      .set('ReferencedImageSequence', [image, image]);
    const leafOf = (sopClassUID: string): DataSetView | undefined => {
      const dataset = new DataSetBuilder()
        .set('SOPClassUID', sopClassUID)
        .set('SOPInstanceUID', '1.2.9')
        .set('StudyInstanceUID', '1.2.1')
        .set('SeriesInstanceUID', '1.2.2')
        .set('VerificationFlag', 'VERIFIED')
        .set('VerifyingObserverSequence', [observer])
        .set('ReferencedSeriesSequence', [series]);
      const bytes = writePart10({ sopClassUID, sopInstanceUID: '1.2.9', transferSyntaxUID: SYNTAX.explicit }, dataset);
      return recordsOf(writeDicomdir({ fileSetID: 'X', sopInstanceUID: '1.2.3', entries: [entryOf(bytes, 'A')] }))[3];
    };
    expect(leafOf('1.2.840.10008.5.1.4.1.1.88.11')?.string(0x0040a030)).toBe('20260101101010');
    const [reference] = leafOf('1.2.840.10008.5.1.4.1.1.11.1')?.items(0x00081115) ?? [];
    expect(reference?.string(Tags.SeriesInstanceUID)).toBe('1.2.5');
    expect(reference?.items(0x00081140).map((one) => [one.string(0x00081155), ...one.numbers(0x00081160)])).toEqual([
      ['1.2.4', 1, 3],
      ['1.2.4', 1, 3],
    ]);
  });

  it('copy the code of a concept name, and say the character set it needs', () => {
    const code = new DataSetBuilder()
      .set('CodeValue', '18748-4')
      .set('CodingSchemeDesignator', 'LN')
      .set('CodeMeaning', 'Rapport d’échographie');
    const dataset = new DataSetBuilder()
      .set('SpecificCharacterSet', 'ISO_IR 192')
      .set('SOPClassUID', '1.2.840.10008.5.1.4.1.1.88.11')
      .set('SOPInstanceUID', '1.2.9')
      .set('StudyInstanceUID', '1.2.1')
      .set('SeriesInstanceUID', '1.2.2')
      .set('ConceptNameCodeSequence', [code]);
    const bytes = writePart10(
      { sopClassUID: '1.2', sopInstanceUID: '1.2.9', transferSyntaxUID: SYNTAX.explicit },
      dataset,
    );
    const leaf = recordsOf(
      writeDicomdir({ fileSetID: 'X', sopInstanceUID: '1.2.3', entries: [entryOf(bytes, 'A')] }),
    )[3];
    expect(leaf?.items(0x0040a043)[0]?.string(0x00080104)).toBe('Rapport d’échographie');
    expect(leaf?.string(Tags.SpecificCharacterSet)).toBe('ISO_IR 192');
  });
});

describe('reading', () => {
  const record = (inUse: number, ...elements: Uint8Array[]): Uint8Array =>
    item(
      joined(
        numbers(Tags.OffsetOfTheNextDirectoryRecord, 'UL', 0x77777777),
        numbers(Tags.RecordInUseFlag, 'US', inUse),
        ...elements,
      ),
    );
  const directory = (...records: Uint8Array[]): ReadResult =>
    read(
      part10(
        SYNTAX.explicit,
        joined(element(Tags.FileSetID, 'CS', 'OLD'), sequence(Tags.DirectoryRecordSequence, records)),
      ),
    );
  const image = (...path: readonly string[]): Uint8Array =>
    joined(
      element(Tags.DirectoryRecordType, 'CS', 'IMAGE'),
      element(Tags.ReferencedFileID, 'CS', path.join('\\')),
      element(Tags.ReferencedSOPInstanceUIDInFile, 'UI', '1.2.3'),
    );

  it('finds every record, whatever the offsets say', () => {
    const found = readDicomdir(
      directory(
        record(0xffff, image('A', 'B')),
        record(0xffff, element(Tags.DirectoryRecordType, 'CS', 'PATIENT')),
        record(0xffff, image('C')),
      ),
    );
    expect(found).toEqual({
      fileSetID: 'OLD',
      referencedFiles: [
        { fileIdPath: ['A', 'B'], recordType: 'IMAGE', sopInstanceUID: '1.2.3' },
        { fileIdPath: ['C'], recordType: 'IMAGE', sopInstanceUID: '1.2.3' },
      ],
    });
  });

  it('leaves out records that are no longer in use (PS3.3 F.3.2.2)', () => {
    expect(
      readDicomdir(directory(record(0, image('GONE')), record(0xffff, image('HERE')))).referencedFiles.map(
        (one) => one.fileIdPath,
      ),
    ).toEqual([['HERE']]);
  });

  it('gives hostile paths as they stand, for the caller to refuse', () => {
    expect(readDicomdir(directory(record(0xffff, image('..', '..', 'etc')))).referencedFiles[0]?.fileIdPath).toEqual([
      '..',
      '..',
      'etc',
    ]);
  });

  it('refuses what is no directory', () => {
    const other = read(
      part10(
        SYNTAX.explicit,
        joined(element(Tags.SOPInstanceUID, 'UI', '1.2'), element(Tags.PatientID, 'LO', fromHex('41'))),
      ),
    );
    expect(() => readDicomdir(other)).toThrow(FieldboxError);
  });
});
