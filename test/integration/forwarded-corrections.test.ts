import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FindInput } from '../../shared/contract/catalog';
import { identityVerbs } from '../../shared/contract/identity';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import type { ImageId } from '../../shared/model/ids';
import { PatientInput } from '../../shared/model/rows';
import { allImages, importInto } from '../fixtures/archive';
import {
  addRule,
  filesBelow,
  folderOf,
  folderRemote,
  type ForwardingForTest,
  forwarded,
  openForwarding,
  outcomes,
  PATIENCE,
} from '../fixtures/forwarding';
import { chosen, codeOf, ended, expectSound } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';
import { sha256Of } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { addRemote, freely } from '../fixtures/outbox';
import { restSettings, webSettings } from './remotes/kinds';

const IMAGE = { seed: 1 };

/** The only image there is, as it is now. */
async function only({ engine }: Pick<ForwardingForTest, 'engine'>): Promise<ImageId> {
  const [row] = await allImages(engine);
  if (!row) throw new Error('There is an image.');
  return row.image;
}

async function correct(set: Pick<ForwardingForTest, 'engine'>, value: string): Promise<ImageId> {
  const { engine } = set;
  const input = identityVerbs['images.modify'].input.parse({
    selection: chosen({ images: [await only(set)] }),
    values: [{ path: 'StudyDescription', value }],
    modification: 'CORRECT',
    reason: 'a typing error',
  });
  await ended(engine, await engine.verbs['images.modify'](input));
  return only(set);
}

const hashes = ({ target }: ForwardingForTest): readonly string[] =>
  filesBelow(target).map((path) => sha256Of(readFileSync(path)));

/** What rules have asked for until nothing is left to be asked or sent. */
async function settled({ engine, sync }: Pick<ForwardingForTest, 'engine' | 'sync'>): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await engine.background.forwarding.once(new AbortController().signal);
    sync.start();
    await sync.settled();
  }
}

describe('corrections of what a rule has forwarded', () => {
  it('follow by themselves, replace the older version there, and go no second time', async () => {
    const set = await openForwarding();
    await addRule(set.engine, await folderRemote(set, 'Hospital', set.target));
    await importInto(set.engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await expect.poll(() => outcomes(set.engine), PATIENCE).toEqual([{ proven: 1 }]);
    const now = await correct(set, 'Chest, again');
    await expect.poll(() => outcomes(set.engine), PATIENCE).toEqual([{ proven: 1 }, { cancelled: 1 }]);
    expect(hashes(set)).toEqual([now]);
    const { rows } = await forwarded(set.engine);
    expect(new Set(rows.map(({ cause }) => cause.type))).toEqual(new Set(['rule']));
    await settled(set);
    expect(await outcomes(set.engine)).toHaveLength(2);
    const last = await correct(set, 'Chest, for the third time');
    await expect
      .poll(() => outcomes(set.engine), PATIENCE)
      .toEqual([{ proven: 1 }, { cancelled: 1 }, { cancelled: 1 }]);
    expect(hashes(set)).toEqual([last]);
    expect(set.faults).toEqual([]);
    await expectSound(set.engine);
  });

  it('replace our own instance in a real Orthanc', async () => {
    const orthanc = await Orthanc.start();
    const set = await openForwarding();
    await addRule(set.engine, await addRemote(set.sync, 'Hospital', restSettings(orthanc.port)));
    await importInto(set.engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await expect.poll(() => outcomes(set.engine), PATIENCE).toEqual([{ proven: 1 }]);
    const now = await correct(set, 'Chest, again');
    await expect.poll(() => outcomes(set.engine), PATIENCE).toEqual([{ proven: 1 }, { cancelled: 1 }]);
    expect(await orthanc.held()).toEqual([now]);
    expect(set.faults).toEqual([]);
  });

  it('are asked for once where the destination keeps what it has: a person decides then', async () => {
    const orthanc = await Orthanc.start();
    const set = await openForwarding(true);
    await addRule(set.engine, await addRemote(set.sync, 'Hospital', webSettings(orthanc.port)));
    await importInto(set.engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await settled(set);
    const old = await only(set);
    await correct(set, 'Chest, again');
    await settled(set);
    expect(await outcomes(set.engine)).toEqual([{ parked: 1 }, { proven: 1 }]);
    const [row] = (await forwarded(set.engine)).rows;
    if (!row) throw new Error('A correction was asked for.');
    await set.sync.verbs['outbox.cancel']({ transaction: row.transaction });
    await settled(set);
    expect(await outcomes(set.engine)).toEqual([{ cancelled: 1 }, { proven: 1 }]);
    expect(await orthanc.held()).toEqual([old]);
  });

  it('are what is sent of an image that was corrected before it could be sent', async () => {
    const set = await openForwarding(true);
    const remote = await folderRemote(set, 'Hospital', set.target, { ...freely, paused: true });
    await addRule(set.engine, remote);
    await importInto(set.engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await set.engine.background.forwarding.once(new AbortController().signal);
    const now = await correct(set, 'Chest, again');
    const settings = { kind: 'folder', path: set.target } as const;
    await set.sync.verbs['remotes.save']({ remote, name: 'Hospital', settings, policy: freely, secrets: {} });
    await settled(set);
    expect(await outcomes(set.engine)).toEqual([{ proven: 1 }, { refused: 1 }]);
    expect(hashes(set)).toEqual([now]);
  });

  it('come after the same gate as all that leaves: nothing of a patient who has said no', async () => {
    const set = await openForwarding(true);
    await addRule(set.engine, await folderRemote(set, 'Hospital', set.target));
    await importInto(set.engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await settled(set);
    const all = FindInput.omit({ level: true }).parse({});
    const [patient] = (await set.engine.verbs['catalog.patients'](all)).rows;
    if (!patient) throw new Error('There is a patient.');
    const changes = PatientInput.parse({ ...patient, consent: 'no' });
    await set.engine.verbs['patients.update']({ patient: patient.patient, changes });
    const now = await correct(set, 'Chest, again');
    await settled(set);
    expect(await outcomes(set.engine)).toEqual([{ proven: 1 }]);
    expect(hashes(set)).not.toContain(now);
  });

  it('do not follow where the rule says so, where it is switched off, and where copies went anonymised', async () => {
    const set = await openForwarding(true);
    const { engine } = set;
    const remote = await folderRemote(set, 'Hospital', set.target);
    const rule = await addRule(engine, remote, { corrections: false });
    expect(await codeOf(addRule(engine, remote, { corrections: true }))).toBe('FORWARD_CONFLICT');
    await importInto(engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await settled(set);
    await correct(set, 'Chest, again');
    await settled(set);
    expect(await outcomes(engine)).toEqual([{ proven: 1 }]);
    await engine.verbs['forward.changeRule']({ ...rule, corrections: true, active: false });
    await settled(set);
    expect(await outcomes(engine)).toHaveLength(1);
    await engine.verbs['forward.changeRule']({ ...rule, corrections: true });
    await settled(set);
    expect(await outcomes(engine)).toEqual([{ proven: 1 }, { cancelled: 1 }]);

    const anonymous = await openForwarding(true);
    const there = await folderRemote(anonymous, 'Hospital', anonymous.target);
    await addRule(anonymous.engine, there, { anonymise: AnonymisationWay.parse({}) });
    await importInto(anonymous.engine, [folderOf(anonymous.folder, 'in', [IMAGE.seed])]);
    await settled(anonymous);
    await correct(anonymous, 'Chest, again');
    await settled(anonymous);
    expect(await outcomes(anonymous.engine)).toHaveLength(1);
  });

  it('come back from the records with the choice of the rule', async () => {
    const set = await openForwarding(true);
    const { engine } = set;
    const remote = await folderRemote(set, 'Hospital', set.target);
    await addRule(engine, remote);
    await importInto(engine, [folderOf(set.folder, 'in', [IMAGE.seed])]);
    await settled(set);
    await correct(set, 'Chest, again');
    await settled(set);
    const index = dumpOf(engine.context.db);
    const { job } = await engine.verbs['archive.rebuild']({});
    await ended(engine, { job });
    expect(dumpOf(engine.context.db)).toEqual(index);
    expect((await engine.verbs['forward.rules']({})).rows).toMatchObject([{ corrections: true }]);
    await settled(set);
    expect(await outcomes(engine)).toHaveLength(2);
  });
});
