import { describe, expect, it } from 'vitest';
import { anonymise, type AnonymisationOptions, burnedInRisk } from '../../../main/dicom/anonymise';
import { isJpegCoded } from '../../../main/dicom/anonymise/jpeg-segments';
import type { DataSetView, DicomFile } from '../../../main/dicom/model';
import { decodeFrame, describePixels } from '../../../main/dicom/pixels';
import { Tags } from '../../../main/dicom/tags';
import { DataSetBuilder } from '../../../main/dicom/writer';
import {
  element,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  item,
  joined,
  part10,
  sequence,
  SYNTAX,
} from '../../fixtures/dicom-bytes';
import { SAMPLES, sample } from '../../fixtures/dicom-samples';
import { anonymised, CT, fileOf, IDENTITY, instance, KEY, read, SECRET } from './support';

const METHOD_CODES = 0x00120064;
const codesOf = (view: DataSetView): (string | undefined)[] =>
  view.items(METHOD_CODES).map((code) => code.string(0x00080100));

describe('an anonymised instance', () => {
  it('says what was done to it (PS3.15 E.1.1)', async () => {
    const plain = await anonymised(instance());
    expect(plain.string(0x00120062)).toBe('YES');
    expect(plain.strings(0x00120063)).toEqual([
      'DICOM PS3.15 Basic Application Level Confidentiality Profile',
      '113100',
    ]);
    expect(codesOf(plain)).toEqual(['113100']);
    expect(plain.items(METHOD_CODES)[0]?.string(0x00080102)).toBe('DCM');
    expect(plain.string(0x00280303)).toBe('REMOVED');
    const all: AnonymisationOptions = {
      retainUIDs: true,
      retainDeviceIdentity: true,
      retainInstitutionIdentity: true,
      retainPatientCharacteristics: true,
      cleanDescriptors: true,
      cleanStructuredContent: true,
      cleanGraphics: true,
      retainSafePrivate: true,
      dates: 'full',
    };
    const full = await anonymised(instance(), all);
    expect(codesOf(full)).toEqual([
      '113100',
      '113103',
      '113104',
      '113105',
      '113106',
      '113108',
      '113109',
      '113110',
      '113111',
      '113112',
    ]);
    expect(full.string(0x00280303)).toBe('UNMODIFIED');
    const moved = await anonymised(instance(), { dates: 'modified' });
    expect(codesOf(moved)).toEqual(['113100', '113107']);
    expect(moved.string(0x00280303)).toBe('MODIFIED');
  });

  it('keeps of an earlier de-identification what was done to the pixels, and nothing that no longer holds', async () => {
    const code = (value: string): DataSetBuilder =>
      new DataSetBuilder().set('CodeValue', value).set('CodingSchemeDesignator', 'DCM').set('CodeMeaning', 'x');
    const output = await anonymised(instance().set(METHOD_CODES, [code('113110'), code('113101')]));
    expect(codesOf(output)).toEqual(['113100', '113101']);
  });

  it('is the same for everything of one patient, study and series, and another with another secret', async () => {
    const second = instance()
      .set('SOPInstanceUID', '1.2.3.9')
      .set('ReferencedStudySequence', [
        new DataSetBuilder().set('ReferencedSOPClassUID', CT).set('ReferencedSOPInstanceUID', IDENTITY.sop),
      ]);
    second.set('SourceImageSequence', [
      new DataSetBuilder().set('ReferencedSOPClassUID', CT).set('ReferencedSOPInstanceUID', IDENTITY.sop),
    ]);
    const [a, b] = await Promise.all([anonymised(instance()), anonymised(second)]);
    for (const tag of [Tags.PatientID, Tags.PatientName, Tags.StudyInstanceUID, Tags.SeriesInstanceUID]) {
      expect(b.string(tag)).toBe(a.string(tag));
    }
    expect(b.string(Tags.SOPInstanceUID)).not.toBe(a.string(Tags.SOPInstanceUID));
    const reference = b.items(0x00082112)[0];
    expect(reference?.string(0x00081155)).toBe(a.string(Tags.SOPInstanceUID));
    expect(reference?.string(0x00081150)).toBe(CT);
    const other = await anonymised(instance(), {}, { secret: SECRET.map((byte) => byte ^ 1) });
    expect(other.string(Tags.StudyInstanceUID)).not.toBe(a.string(Tags.StudyInstanceUID));
    expect(other.string(Tags.PatientID)).not.toBe(a.string(Tags.PatientID));
  });

  it('keeps UIDs that say what something is, and those only', async () => {
    const referenced = async (uid: string): Promise<string | undefined> =>
      (
        await anonymised(
          instance().set('ReferencedSOPSequence', [new DataSetBuilder().set('ReferencedSOPInstanceUID', uid)]),
        )
      )
        .items(0x00081199)[0]
        ?.string(0x00081155);
    for (const kept of ['1.2.840.10008.1.5.1', '1.2.840.10008.1.4.1.1', '1.2.840.10008.5.1.4.1.1.2'])
      expect(await referenced(kept)).toBe(kept);
    // Found in a plan of radiotherapy: an instance below its class.
    expect(await referenced('1.2.840.10008.5.1.4.1.1.481.3.1572928750')).toMatch(/^2\.25\./);
    const classes = await anonymised(
      instance().set('SOPClassUID', '1.3.12.2.1107.5.9.1').set('SOPInstanceUID', '1.2.840.10008.5.1.4.1.1.2'),
    );
    expect(classes.string(Tags.SOPClassUID)).toBe('1.3.12.2.1107.5.9.1');
    expect(classes.string(Tags.SOPInstanceUID)).toMatch(/^2\.25\./);
  });

  it('tells what it replaced, as it stands in the file', async () => {
    const made = await anonymise(fileOf(instance()), { dates: 'modified' }, KEY);
    const { dataset, meta } = read(made.part10);
    expect(made.original).toEqual({
      patientName: IDENTITY.name,
      patientID: IDENTITY.id,
      studyInstanceUID: IDENTITY.study,
      seriesInstanceUID: IDENTITY.series,
      sopInstanceUID: IDENTITY.sop,
    });
    expect(made.replaced).toEqual({
      patientName: dataset.string(Tags.PatientName),
      patientID: dataset.string(Tags.PatientID),
      studyInstanceUID: dataset.string(Tags.StudyInstanceUID),
      seriesInstanceUID: dataset.string(Tags.SeriesInstanceUID),
      sopInstanceUID: dataset.string(Tags.SOPInstanceUID),
    });
    expect(meta.string(Tags.MediaStorageSOPInstanceUID)).toBe(made.replaced.sopInstanceUID);
    expect(made.dateShiftDays).toBeLessThanOrEqual(-30);
  });

  it('moves all dates of a patient by one number of days and leaves the time of day', async () => {
    const dataset = instance()
      .set('StudyDate', '20240301')
      .set('StudyTime', '081530.25')
      .set('AcquisitionDateTime', '20240229235959.999999-0500')
      .set('SeriesDate', '2024.03.02', 'DA')
      .set('ContentDate', '20240231')
      .set('DateOfLastCalibration', ['20240101', '20230630'])
      .set('PerformedProcedureStepStartDateTime', '202402');
    const output = await anonymised(
      dataset,
      { dates: 'modified' },
      { secret: SECRET, values: { dateShiftDays: -366 } },
    );
    expect(output.string(Tags.StudyDate)).toBe('20230301');
    expect(output.string(Tags.StudyTime)).toBe('081530.25');
    expect(output.string(Tags.AcquisitionDateTime)).toBe('20230228235959.999999-0500');
    expect(output.string(Tags.SeriesDate)).toBe('20230302');
    expect(output.string(Tags.ContentDate)).toBe('19000101'); // no day of any calendar
    expect(output.strings(0x00181200)).toEqual(['20221231', '20220629']);
    expect(output.string(0x00404050)).toBe('202301');
    expect(output.string(Tags.PatientBirthDate)).toBeUndefined();
  });

  it('derives the days from the patient: the same for each image, others for other patients', async () => {
    const shift = async (id: string): Promise<number | null> =>
      (await anonymise(fileOf(instance().set('PatientID', id)), { dates: 'modified' }, KEY)).dateShiftDays;
    const days = await Promise.all(['A', 'A', 'B', 'C', 'D'].map(shift));
    expect(days[1]).toBe(days[0]);
    expect(new Set(days).size).toBe(4);
  });

  it('reaches into sequences, however they are nested and encoded', async () => {
    for (const [encoding, syntax] of [
      [IMPLICIT_LITTLE, SYNTAX.implicit],
      [EXPLICIT_LITTLE, SYNTAX.explicit],
      [EXPLICIT_BIG, SYNTAX.big],
    ] as const) {
      for (const delimited of [false, true]) {
        const inner = item(
          joined(
            element(0x00080050, 'SH', 'ACC-9', encoding),
            element(0x00081155, 'UI', '1.2.3.4', encoding),
            element(0x00102160, 'SH', 'Group', encoding),
          ),
          encoding,
          delimited,
        );
        const outer = item(
          joined(element(0x00080104, 'LO', 'kept', encoding), sequence(0x00081199, [inner], encoding, delimited)),
          encoding,
          delimited,
        );
        const bytes = joined(
          element(0x00080005, 'CS', 'ISO_IR 100', encoding),
          element(0x00080016, 'UI', CT, encoding),
          element(0x00080018, 'UI', '1.2.3.4', encoding),
          sequence(0x00081115, [outer, outer], encoding, delimited),
          element(0x00100010, 'PN', 'Buc^J\xe9r\xf4me', encoding),
          element(0x00181030, 'LO', 'Sch\xe4del', encoding),
          element(0x00280106, 'US', encoding.little ? Uint8Array.of(1, 2) : Uint8Array.of(2, 1), encoding),
        );
        const output = read(
          (await anonymise(read(part10(syntax, bytes)), { cleanDescriptors: true }, KEY)).part10,
        ).dataset;
        const deep = output.items(0x00081115)[1]?.items(0x00081199)[0];
        expect(output.items(0x00081115)[0]?.string(0x00080104)).toBe('kept');
        expect(deep?.string(0x00081155)).toBe(output.string(Tags.SOPInstanceUID));
        expect(deep?.element(0x00080050)?.length).toBe(0);
        expect(deep?.has(0x00102160)).toBe(false);
        expect(output.string(Tags.SpecificCharacterSet)).toBe('ISO_IR 192');
        expect(output.string(Tags.ProtocolName)).toBe('Schädel');
        expect(output.number(0x00280106)).toBe(0x0201);
      }
    }
  });

  it('has no private attributes but those known to be safe, and these only when asked', async () => {
    const dataset = instance()
      .set(0x00190010, 'SIEMENS MR HEADER', 'LO')
      .set(0x0019100c, '1000', 'IS')
      .set(0x00191008, 'IMAGE NUM 4', 'CS')
      .set(0x00290010, 'SIEMENS CSA HEADER', 'LO')
      .set(0x00291010, Uint8Array.of(1, 2), 'OB')
      .set(0x20050011, 'Philips MR Imaging DD 001', 'LO')
      .set(0x2005110e, 0.5, 'FL')
      .set(0x0019110c, '7', 'IS'); // a block that nobody reserved
    const isPrivate = ([tag]: readonly [number, unknown]): boolean => ((tag >>> 16) & 1) === 1;
    expect([...(await anonymised(dataset)).elements].filter(isPrivate)).toEqual([]);
    const kept = await anonymised(dataset, { retainSafePrivate: true });
    expect([...kept.elements].filter(isPrivate).map(([tag]) => tag)).toEqual([
      0x00190010, 0x0019100c, 0x20050011, 0x2005110e,
    ]);
    expect(kept.string(0x0019100c)).toBe('1000');
    expect(kept.number(0x2005110e)).toBe(0.5);
  });

  it('removes what no dictionary knows, overlays, curves, icons and earlier identities', async () => {
    const output = await anonymised(
      instance()
        .set(0x00189fff, 'Okonkwo', 'LO')
        .set(0x60003000, Uint8Array.of(1, 2), 'OW')
        .set(0x60000010, 8, 'US')
        .set(0x50003000, Uint8Array.of(1, 2), 'OW')
        .set(0x04000500, [new DataSetBuilder().set(0x04000520, Uint8Array.of(1, 2), 'OB')])
        .set(0x00081190, 'http://pacs.example/studies/1', 'UR'),
    );
    for (const tag of [0x00189fff, 0x60003000, 0x60000010, 0x50003000, 0x04000500, 0x00081190])
      expect(output.has(tag)).toBe(false);
  });

  it('cleans descriptors: of the name, numbers, dates and titles nothing stays, of what the picture shows all', async () => {
    const description = async (text: string): Promise<string | undefined> =>
      (
        await anonymised(instance().set('SeriesDescription', text).set('AccessionNumber', 'AX 4711'), {
          cleanDescriptors: true,
        })
      ).string(Tags.SeriesDescription);
    for (const kept of ['T2 axial 5mm', 'Thorax ap/lat', 'Knie links', 'MR Brain w/o contrast', 'phase 3 of 4'])
      expect(await description(kept)).toBe(kept);
    for (const gone of [
      'for OKONKWO',
      'Chidinma knee',
      'case CLINIC 77123',
      'born 9.3.1971',
      'order ax-4711',
      'at 10:45',
      'Dr. Adeyemi',
      'id 12345',
      'see a@b.org',
      '3 mars 2024',
    ]) {
      expect(await description(gone)).toBeUndefined();
    }
  });

  it('keeps no other text that repeats who the patient is', async () => {
    const output = await anonymised(
      instance().set('Manufacturer', 'Okonkwo Devices').set('ManufacturerModelName', 'Model 5'),
    );
    expect(output.string(Tags.Manufacturer)).toBe('ANONYMIZED');
    expect(output.string(Tags.ManufacturerModelName)).toBe('Model 5');
  });

  it('recognises names in scripts without spaces', async () => {
    const dataset = instance()
      .set('PatientName', 'Wang^XiaoDong=王^小东')
      .set('StudyDescription', '头部王小东检查')
      .set('SeriesDescription', '胸部');
    const output = await anonymised(dataset, { cleanDescriptors: true });
    expect(output.has(Tags.StudyDescription)).toBe(false);
    expect(output.string(Tags.SeriesDescription)).toBe('胸部');
  });

  it('makes a report say nothing, or cleans it', async () => {
    const text = (value: string): DataSetBuilder =>
      new DataSetBuilder()
        .set('RelationshipType', 'CONTAINS')
        .set('ValueType', 'TEXT')
        .set('ConceptNameCodeSequence', [
          new DataSetBuilder()
            .set('CodeValue', '121071')
            .set('CodingSchemeDesignator', 'DCM')
            .set('CodeMeaning', 'Finding'),
        ])
        .set('TextValue', value);
    const person = new DataSetBuilder()
      .set('RelationshipType', 'HAS OBS CONTEXT')
      .set('ValueType', 'PNAME')
      .set('PersonName', 'Obi^Ngozi');
    const report = instance().set('ContentSequence', [text('No fracture.'), text('Mrs Okonkwo fell.'), person]);
    const dummy = await anonymised(report);
    expect(dummy.items(0x0040a730).map((entry) => entry.string(0x0040a160))).toEqual(['ANONYMIZED']);
    const cleaned = (await anonymised(report, { cleanStructuredContent: true })).items(0x0040a730);
    expect(cleaned.map((entry) => entry.string(0x0040a160))).toEqual(['No fracture.', 'ANONYMIZED', undefined]);
    expect(cleaned[0]?.items(0x0040a043)[0]?.string(0x00080100)).toBe('121071');
    expect(cleaned[2]?.string(0x0040a123)).toBe('Anonymized');
  });

  it('puts an empty document of the same kind in the place of a document', async () => {
    const dataset = instance()
      .set('MIMETypeOfEncapsulatedDocument', 'application/pdf')
      .set('EncapsulatedDocument', Buffer.from('%PDF-1.4 Okonkwo'))
      .set(0x00420015, 16);
    const output = await anonymised(dataset);
    const bytes = output.bytes(Tags.EncapsulatedDocument) ?? new Uint8Array();
    expect(Buffer.from(bytes).toString('latin1')).toMatch(/^%PDF-1\.4\n[^]*%%EOF\n\0?$/);
    expect(bytes.length - (output.number(0x00420015) ?? 0)).toBeLessThanOrEqual(1);
  });

  it('writes the values of the key and those given by path', async () => {
    const dataset = instance()
      .set('StudyDescription', 'x')
      .set('RequestAttributesSequence', [
        new DataSetBuilder().set('RequestedProcedureID', 'R1'),
        new DataSetBuilder().set('RequestedProcedureID', 'R2'),
      ]);
    const output = await anonymised(
      dataset,
      { cleanDescriptors: true },
      {
        secret: SECRET,
        values: {
          patientName: 'Trial^Subject 7',
          patientID: 'T-007',
          patientBirthDate: '19700101',
          patientSex: 'O',
          accessionNumber: 'A7',
          extra: [
            { path: 'StudyDescription', value: 'Étude 7' },
            { path: '(0040,0275)[2].RequestedProcedureID', value: 'P7' },
            { path: '00120010', value: 'Sponsor' },
            { path: 'Modality', value: null },
          ],
        },
      },
    );
    expect(output.string(Tags.PatientName)).toBe('Trial^Subject 7');
    expect(output.string(Tags.PatientID)).toBe('T-007');
    expect(output.string(Tags.PatientBirthDate)).toBe('19700101');
    expect(output.string(Tags.PatientSex)).toBe('O');
    expect(output.string(Tags.AccessionNumber)).toBe('A7');
    expect(output.string(Tags.StudyDescription)).toBe('Étude 7');
    expect(output.items(0x00400275).map((entry) => entry.string(0x00401001))).toEqual([undefined, 'P7']);
    expect(output.string(0x00120010)).toBe('Sponsor');
    expect(output.has(Tags.Modality)).toBe(false);
    const made = await anonymised(
      instance(),
      {},
      {
        secret: SECRET,
        values: { extra: [{ path: 'RequestAttributesSequence[1].StudyInstanceUID', value: '1.2.3' }] },
      },
    );
    expect(made.items(0x00400275)[0]?.string(Tags.StudyInstanceUID)).toBe('1.2.3');
  });

  it.each([
    ['a secret that is too short', {}, { secret: new Uint8Array(15) }],
    ['a path that names nothing', {}, { secret: SECRET, values: { extra: [{ path: 'NoSuchKeyword', value: '' }] } }],
    ['a path that is none', {}, { secret: SECRET, values: { extra: [{ path: 'StudyDescription[0]', value: '' }] } }],
    ['a half day', {}, { secret: SECRET, values: { dateShiftDays: 0.5 } }],
  ])('refuses %s', async (_, options, key) => {
    await expect(anonymise(fileOf(instance()), options, key)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('refuses a DICOMDIR', async () => {
    const directory = new DataSetBuilder()
      .set('DirectoryRecordSequence', [])
      .set('SOPClassUID', '1.2.840.10008.1.3.10');
    await expect(anonymise(fileOf(directory), {}, KEY)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('real files', () => {
  /** What must not be found in the output: names, numbers, dates and UIDs of the input, wherever they stand. */
  function secrets(view: DataSetView, into = new Set<string>()): Set<string> {
    // Some of the samples were anonymised before they were published, with the word that is used here.
    const ANONYMOUS = /^anonymi[sz]ed$/i;
    const UID_CLASSES = /^1\.2\.840\.10008\./;
    for (const { tag, vr, items } of view.elements.values()) {
      if (items) for (const inner of items) secrets(inner, into);
      else if (vr === 'PN')
        for (const value of view.strings(tag))
          for (const word of value.split(/[\^= ]/)) if (word.length > 3 && !ANONYMOUS.test(word)) into.add(word);
      if (vr === 'UI')
        for (const uid of view.strings(tag))
          if (!UID_CLASSES.test(uid) && uid.length > 12 && tag !== Tags.SOPClassUID) into.add(uid);
      if (vr === 'DA') for (const day of view.strings(tag)) if (/^\d{8}$/.test(day)) into.add(day);
    }
    for (const tag of [Tags.PatientID, Tags.AccessionNumber])
      for (const value of view.strings(tag)) if (value.length > 4) into.add(value);
    return into;
  }

  it.each(SAMPLES)('%s tells nothing of whom it is of, and has its pixels as they were', async (name) => {
    const file = read(sample(name));
    const made = await anonymise(
      file,
      { cleanDescriptors: true, cleanStructuredContent: true, cleanGraphics: true, retainSafePrivate: true },
      KEY,
    );
    const again = read(made.part10);
    expect(again.warnings).toEqual([]);
    expect(again.dataset.string(0x00120062)).toBe('YES');
    const whole = Buffer.concat(made.part10);
    const pixelsAt = again.dataset.element(Tags.PixelData)?.start ?? whole.length;
    const head = whole.subarray(0, pixelsAt).toString('latin1');
    for (const secret of secrets(file.dataset)) expect(head.includes(secret), secret).toBe(false);
    expect(again.dataset.element(Tags.PixelData)?.fragments?.length).toBe(
      file.dataset.element(Tags.PixelData)?.fragments?.length,
    );
    if (isJpegCoded(file)) await expectSameFrames(again, file);
    else if (file.dataset.littleEndian)
      expect(again.dataset.element(Tags.PixelData)?.length).toBe(file.dataset.element(Tags.PixelData)?.length);
    expect(burnedInRisk(again.dataset)).toEqual(burnedInRisk(file.dataset));
  });
});

async function expectSameFrames(now: DicomFile, before: DicomFile): Promise<void> {
  // Compared as a whole: comparing millions of bytes one by one takes minutes on a busy machine.
  for (let frame = 0; frame < describePixels(before).frames; frame += 1)
    expect(
      Buffer.compare((await decodeFrame(now, frame)).bytes, (await decodeFrame(before, frame)).bytes),
      `frame ${String(frame)}`,
    ).toBe(0);
}
