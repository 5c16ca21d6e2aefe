import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FindInput } from '../../shared/contract/catalog';
import { identityVerbs } from '../../shared/contract/identity';
import { PatientInput } from '../../shared/model/rows';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { ExportSelection } from '../../shared/contract/release';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { chosen, ended } from '../fixtures/identity';
import { addRemote, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';

const WAIT = { timeout: 20_000, interval: 50 };

describe('the delivery ledger', () => {
  it('counts proofs of the image itself, not those of anonymised copies, against the number the archive wants', async () => {
    const outbox = await outboxWithImages(1);
    const { engine, sync } = outbox;
    sync.start();
    const [image] = await allImages(engine);
    if (!image) throw new Error('There is no image.');
    const remotes = await Promise.all(
      ['One', 'Two'].map((name) => addRemote(sync, name, { kind: 'folder', path: temporaryFolder() })),
    );
    const [one, two] = remotes;
    if (!one || !two) throw new Error('There are no remotes.');
    const whole = await sendAll(outbox, one);
    const { transaction: anonymous } = await sync.verbs['outbox.send']({
      selection: ExportSelection.parse({ images: [image.image] }),
      remote: two,
      anonymise: AnonymisationWay.parse({ profile: {} }),
      priority: 0,
    });
    await expect.poll(() => statesOf(sync, whole), WAIT).toMatchObject({ proven: 1 });
    await expect.poll(() => statesOf(sync, anonymous), WAIT).toMatchObject({ proven: 1 });
    expect(await sync.verbs['ledger.image']({ image: image.image })).toMatchObject({ proofs: 1, wanted: 2 });
    const { rows } = await sync.verbs['ledger.list']({ states: ['proven'], limit: 10, offset: 0 });
    expect(rows.map(({ anonymised, proofs }) => [anonymised, proofs])).toEqual([
      [true, 1],
      [false, 1],
    ]);
    expect(await engine.verbs['archive.saveSettings']({ proofsWanted: 1 })).toEqual({
      autoLockMinutes: 10,
      proofsWanted: 1,
    });
    expect(await sync.verbs['ledger.image']({ image: image.image })).toMatchObject({ proofs: 1, wanted: 1 });
    const second = await sendAll(outbox, two);
    await expect.poll(() => statesOf(sync, second), WAIT).toMatchObject({ proven: 1 });
    expect(await sync.verbs['ledger.image']({ image: image.image })).toMatchObject({ proofs: 2 });
  });

  it('names what was sent as long as the archive knows it: also in the trash, in an older version, after a merge', async () => {
    const outbox = await outboxWithImages(12);
    const { engine, sync } = outbox;
    sync.start();
    const share = { kind: 'folder', path: temporaryFolder() } as const;
    const transaction = await sendAll(outbox, await addRemote(sync, 'Share', share));
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 12 });
    const images = await allImages(engine);
    const [trashed, changed] = images.filter(({ PatientID }) => PatientID === 'P1');
    if (!trashed || !changed) throw new Error('P1 has two images.');
    const lineOf = async ({ image }: { readonly image: string }) =>
      (await sync.verbs['ledger.list']({ states: [], limit: 100, offset: 0 })).rows.find((row) => row.image === image);
    const of = ({ patient, PatientID, PatientName, SOPInstanceUID }: (typeof images)[number]) => ({
      ...{ patient, PatientID, PatientName, SOPInstanceUID },
      state: 'proven',
    });
    expect(await lineOf(trashed)).toMatchObject({ ...of(trashed), isHere: true });
    const imagesOf = async (patient: typeof trashed.patient) => {
      const { rows, total } = await sync.verbs['ledger.list']({ patient, states: [], limit: 100, offset: 0 });
      expect(rows).toHaveLength(total);
      return rows.map(({ image }) => image);
    };

    await engine.verbs['images.trash']({ selection: chosen({ images: [trashed.image] }), reason: 'twice' });
    await ended(
      engine,
      await engine.verbs['images.modify'](
        identityVerbs['images.modify'].input.parse({
          selection: { images: [changed.image] },
          values: [{ path: 'StudyDescription', value: 'Knee' }],
          reason: 'typo',
        }),
      ),
    );
    expect(await lineOf(trashed)).toMatchObject({ ...of(trashed), isHere: false });
    expect(await lineOf(changed)).toMatchObject({ ...of(changed), isHere: false, newer: { asked: false } });
    expect(new Set(await imagesOf(trashed.patient))).toEqual(new Set([trashed.image, changed.image]));

    const [into] = images.filter(({ PatientID }) => PatientID === 'P0');
    if (!into) throw new Error('P0 has images.');
    await engine.verbs['patients.merge']({ from: trashed.patient, into: into.patient, reason: 'one and the same' });
    expect(await lineOf(trashed)).toMatchObject({ ...of(trashed), patient: into.patient });
    expect(await imagesOf(into.patient)).toHaveLength(12);
    const { rows } = await engine.verbs['catalog.patients'](FindInput.omit({ level: true }).parse({}));
    const refuser = PatientInput.parse({ ...rows.find(({ patient }) => patient === into.patient), consent: 'no' });
    await engine.verbs['patients.update']({ patient: into.patient, changes: refuser });
    const { csv } = await sync.verbs['ledger.csv']({ states: [] });
    expect(csv).toContain(trashed.SOPInstanceUID);
    expect(csv).not.toContain(trashed.PatientName);

    await ended(engine, await engine.verbs['trash.erase']({ images: [trashed.image] }));
    const nobody = { patient: null, PatientID: null, PatientName: null, SOPInstanceUID: null };
    expect(await lineOf(trashed)).toMatchObject({ ...nobody, isHere: false, state: 'proven' });
  });

  it('is written as a file outside of the archive, without the names of those who said no', async () => {
    const outbox = await outboxWithImages(12);
    const { engine, sync, folder } = outbox;
    sync.start();
    const transaction = await sendAll(
      outbox,
      await addRemote(sync, 'Share', { kind: 'folder', path: temporaryFolder() }),
    );
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 12 });
    const { rows: people } = await engine.verbs['catalog.patients'](FindInput.omit({ level: true }).parse({}));
    const refuser = people.find(({ PatientID }) => PatientID === 'P1');
    if (!refuser) throw new Error('There is no patient P1.');
    await engine.verbs['patients.update']({
      patient: refuser.patient,
      changes: PatientInput.parse({ ...refuser, consent: 'no' }),
    });
    const path = join(folder, 'ledger.csv');
    expect(await sync.verbs['ledger.export']({ states: [], path })).toEqual({ lines: 12 });
    const text = readFileSync(path, 'utf8');
    expect(text.split('\r\n')).toHaveLength(14);
    expect(text).toContain('P0');
    expect(text).not.toContain(refuser.PatientName);
    await expect(
      sync.verbs['ledger.export']({ states: [], path: join(engine.context.paths.root, 'x.csv') }),
    ).rejects.toMatchObject({ code: 'EXPORT_INSIDE_ARCHIVE' });
  });
});
