import { describe, expect, it } from 'vitest';
import { anonymise, checkValues, keyValuesOf, reidentify, replacedUIDs, uidsIn } from '../../../main/dicom/anonymise';
import { Tags } from '../../../main/dicom/tags';
import { DataSetBuilder } from '../../../main/dicom/writer';
import { SAMPLES, sample } from '../../fixtures/dicom-samples';
import { fileOf, IDENTITY, instance, KEY, read, SECRET } from './support';

describe('values given by a person', () => {
  it('come in one order and form, the last one of a path', () => {
    const checked = checkValues([
      { path: 'StudyDescription', value: 'one' },
      { path: '(0010,0020)', value: 'T1' },
      { path: '00081030', value: 'two' },
      { path: 'RequestAttributesSequence[2].RequestedProcedureID', value: null },
    ]);
    expect(checked).toEqual({
      patientID: 'T1',
      values: [
        { path: '00081030', value: 'two' },
        { path: '00100020', value: 'T1' },
        { path: '00400275[2].00401001', value: null },
      ],
    });
  });

  it('may be anything inside of sequences, but nothing that keys live on', () => {
    expect(checkValues([{ path: 'ReferencedStudySequence.StudyInstanceUID', value: '1.2' }]).values).toHaveLength(1);
    for (const path of ['SeriesInstanceUID', 'SOPClassUID', 'DeidentificationMethod', 'SpecificCharacterSet'])
      expect(() => checkValues([{ path, value: 'x' }]), path).toThrow(
        expect.objectContaining({ code: 'ANONYMISE_TAG_PATH', details: { path } }),
      );
  });
});

describe('variants of a result', () => {
  it('have a SOP Instance UID of their own, unless UIDs are retained', async () => {
    const file = fileOf(instance());
    const sop = async (variant: string, retainUIDs = false) =>
      (await anonymise(file, { retainUIDs }, { ...KEY, variant })).replaced.sopInstanceUID;
    expect(await sop('a')).not.toBe(await sop(''));
    expect(await sop('a')).toBe(await sop('a'));
    expect(await sop('a', true)).toBe(IDENTITY.sop);
  });
});

describe('what a key keeps', () => {
  const original = instance()
    .set('StudyDate', '20260101')
    .set('FrameOfReferenceUID', '1.2.826.0.1.3680043.8.498.900')
    .set('ReferencedImageSequence', [
      new DataSetBuilder()
        .set('ReferencedSOPClassUID', '1.2.840.10008.5.1.4.1.1.2')
        .set('ReferencedSOPInstanceUID', IDENTITY.sop),
    ]);

  it('gives the identity back, in sequences too, and says that nothing is anonymous any more', async () => {
    const file = fileOf(original);
    const { part10, replaced } = await anonymise(file, { dates: 'modified' }, KEY);
    const made = read(part10);
    const values = keyValuesOf(file.dataset, made.dataset);
    const uids = {
      ...replacedUIDs(file.dataset, {}, SECRET),
      [replaced.sopInstanceUID]: IDENTITY.sop,
      [replaced.studyInstanceUID]: IDENTITY.study,
      [replaced.seriesInstanceUID]: IDENTITY.series,
    };
    expect(values).toContainEqual({
      keyword: 'PatientBirthDate',
      level: 'patient',
      original: IDENTITY.birth,
      anonymised: '',
    });
    expect([...uidsIn(made.dataset)]).toEqual(expect.arrayContaining(Object.keys(uids)));
    const back = read(
      reidentify(made, {
        attributes: Object.fromEntries(values.map(({ keyword, original: value }) => [keyword, value])),
        uids,
      }).part10,
    );
    expect(back.warnings).toEqual([]);
    for (const tag of [Tags.PatientName, Tags.PatientID, Tags.StudyDate, Tags.SOPInstanceUID, Tags.StudyInstanceUID])
      expect(back.dataset.string(tag)).toBe(file.dataset.string(tag));
    expect(back.dataset.string(0x00200052)).toBe('1.2.826.0.1.3680043.8.498.900');
    expect(back.dataset.items(0x00081140)[0]?.string(0x00081155)).toBe(IDENTITY.sop);
    expect(back.dataset.items(0x00081140)[0]?.string(0x00081150)).toBe('1.2.840.10008.5.1.4.1.1.2');
    expect(back.dataset.string(0x00120062)).toBe('NO');
    expect(back.dataset.has(0x00120063)).toBe(false);
    expect(back.dataset.has(0x00280303)).toBe(false);
  });

  it('takes away what the original did not have', async () => {
    const file = fileOf(instance());
    const made = read((await anonymise(file, {}, KEY)).part10);
    const back = reidentify(made, { attributes: { PatientSex: null, StudyDate: null }, uids: {} });
    expect(read(back.part10).dataset.has(0x00100040)).toBe(false);
    expect(back.sopInstanceUID).toBe(made.dataset.string(Tags.SOPInstanceUID));
  });

  it.each(SAMPLES)('%s can be given another identity and is read cleanly, with its pixels', (name) => {
    const file = read(sample(name));
    const back = read(reidentify(file, { attributes: { PatientName: 'Ωmega^Ω' }, uids: {} }).part10);
    expect(back.warnings).toEqual([]);
    expect(back.dataset.string(Tags.PatientName)).toBe('Ωmega^Ω');
    expect(back.dataset.element(Tags.PixelData)?.fragments?.length).toBe(
      file.dataset.element(Tags.PixelData)?.fragments?.length,
    );
  });
});
