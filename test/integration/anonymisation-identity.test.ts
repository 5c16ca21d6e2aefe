import { describe, expect, it } from 'vitest';
import { restoreIdentity } from '../../main/archive/anonymisation/reverse';
import { decodeFrame } from '../../main/dicom/pixels';
import { DataSetBuilder, writePart10 } from '../../main/dicom/writer';
import { anonymisingArchive, expectError, NO_IMAGE, scan } from '../fixtures/anonymising-archive';
import { EXPLICIT_LE, SECONDARY_CAPTURE, uidOf } from '../fixtures/instances';

const archive = anonymisingArchive();
const { bring, anonymise, copies, fileOf } = archive;

describe('giving the identity back', () => {
  it('leads to the original where it is here', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const [copy] = await copies();
    const back = await archive.engine.verbs['anonymisation.reverse']({
      image: copy?.image ?? NO_IMAGE,
      reason: 'asked by the family',
    });
    expect(back).toMatchObject({ level: 'image', image: images[0]?.image, isNew: false });
    expect(archive.engine.context.db.prepare(`SELECT details FROM log WHERE code = 'REIDENTIFIED'`).all()).toEqual([
      { details: '{"reason":"asked by the family"}' },
    ]);
    await expectError(
      archive.engine.verbs['anonymisation.reverse']({
        image: images[0]?.image ?? NO_IMAGE,
        reason: 'asked by the family',
      }),
      'ANONYMISE_NO_KEY',
    );
    await expectError(
      archive.engine.verbs['anonymisation.reverse']({ image: NO_IMAGE, reason: 'asked by the family' }),
      'NOT_FOUND',
    );
  });

  it('makes the original anew from its copy when it has gone', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images, { profile: { dates: 'modified' } });
    const [original] = images;
    const [copy] = await copies();
    if (!original || !copy) throw new Error('nothing was made');
    archive.engine.context.db.prepare(`UPDATE object SET state = 'missing' WHERE sha256 = ?`).run(original.image);
    const back = await archive.engine.verbs['anonymisation.reverse']({
      image: copy.image,
      reason: 'asked by the family',
    });
    expect(back).toMatchObject({ level: 'image', isNew: true });
    const row = await archive.engine.verbs['catalog.image']({ image: back.image });
    expect(row).toMatchObject({
      patient: original.patient,
      StudyInstanceUID: original.StudyInstanceUID,
      SOPInstanceUID: original.SOPInstanceUID,
      StudyDate: '20260214',
      PatientID: 'P1',
    });
    const { dataset } = fileOf(back.image);
    expect(dataset.string(0x00120062)).toBe('NO');
    expect(dataset.has(0x00120064)).toBe(false);
    expect(dataset.string(0x00200052)).toBe(uidOf('frame of P1'));
    expect(dataset.string(0x00081030)).toBe('Chest of P1');
    expect((await decodeFrame(fileOf(back.image), 0)).bytes).toEqual(
      (await decodeFrame(fileOf(original.image), 0)).bytes,
    );
    expect(
      await archive.engine.verbs['anonymisation.reverse']({ image: copy.image, reason: 'asked by the family' }),
    ).toMatchObject({ isNew: false });
  });

  it('brings a result that was made elsewhere of a copy to the right patient, with references to the originals', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const [copy] = await copies();
    if (!copy) throw new Error('nothing was made');
    const sop = uidOf('result');
    const result = new DataSetBuilder()
      .set('SOPClassUID', SECONDARY_CAPTURE)
      .set('SOPInstanceUID', sop)
      .set('StudyInstanceUID', copy.StudyInstanceUID)
      .set('SeriesInstanceUID', uidOf('series of results'))
      .set('Modality', 'SR')
      .set('PatientName', copy.PatientName)
      .set('PatientID', copy.PatientID)
      .set('PatientIdentityRemoved', 'YES')
      .set('SeriesDescription', 'score 7')
      .set('ReferencedImageSequence', [
        new DataSetBuilder()
          .set('ReferencedSOPClassUID', SECONDARY_CAPTURE)
          .set('ReferencedSOPInstanceUID', copy.SOPInstanceUID),
      ]);
    const [came] = await bring(
      writePart10({ sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: sop, transferSyntaxUID: EXPLICIT_LE }, result),
    );
    if (!came) throw new Error('the result did not come in');
    const back = await archive.engine.verbs['anonymisation.reverse']({
      image: came.image,
      reason: 'asked by the family',
    });
    expect(back).toMatchObject({ level: 'study', isNew: true });
    const { dataset } = fileOf(back.image);
    expect(await archive.engine.verbs['catalog.image']({ image: back.image })).toMatchObject({
      patient: images[0]?.patient,
      StudyInstanceUID: images[0]?.StudyInstanceUID,
      SeriesInstanceUID: uidOf('series of results'),
      SeriesDescription: 'score 7',
      StudyDate: '20260214',
      PatientName: 'Doe^P1',
    });
    expect(dataset.items(0x00081140)[0]?.string(0x00081155)).toBe(images[0]?.SOPInstanceUID);
  });

  it('says that it knows nothing of a stranger', async () => {
    const [image] = await bring(scan(1, 'P1'));
    const named = {
      PatientName: 'ANON-1',
      PatientID: 'ANON-1',
      StudyInstanceUID: '1.2',
      SeriesInstanceUID: '1.3',
      SOPInstanceUID: '1.4',
    };
    const path = archive.engine.context.objects.path(image?.image ?? NO_IMAGE);
    expect(await restoreIdentity(archive.engine.context, path, named)).toBeUndefined();
  });
});
