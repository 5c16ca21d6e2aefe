import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FindInput } from '../../shared/contract/catalog';
import { PatientInput } from '../../shared/model/rows';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { ExportSelection } from '../../shared/contract/release';
import { allImages, temporaryFolder } from '../fixtures/archive';
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
