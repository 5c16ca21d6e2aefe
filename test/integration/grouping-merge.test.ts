import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import type { ArchiveVerb, Input, Output } from '../../shared/contract';
import type { PatientKey, ProjectArchiveKey } from '../../shared/model/ids';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { askEngine, importInstances, projectWith } from '../fixtures/grouping';
import { expectSound } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';
import { uidOf } from '../fixtures/instances';

let folder: string;
let engine: Engine;
let archive: ProjectArchiveKey;
/** Awa is in the archive whole, Ba is not. */
let awa: PatientKey;
let ba: PatientKey;

const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);
const AWA = { PatientID: 'N-1', PatientName: 'Diallo^Awa' };
const BA = { PatientID: 'N-2', PatientName: 'Diallo^Ba' };

async function patientOf({ PatientID }: typeof AWA): Promise<PatientKey> {
  const found = (await ask('catalog.series', { limit: 1000 })).rows.find((row) => row.PatientID === PatientID);
  if (!found) throw new Error(`${PatientID} is not there.`);
  return found.patient;
}

/** A new series of a person. */
function arrives(seed: number, whose: typeof AWA): Promise<unknown> {
  return importInstances(engine, folder, [{ seed, ...whose, study: uidOf(`study ${String(seed)}`) }]);
}

/** The studies in the archive, each by the number it was made with. */
async function held(): Promise<readonly number[]> {
  const { rows } = await ask('catalog.series', { limit: 1000 });
  const found: number[] = [];
  for (const { seriesKey, StudyInstanceUID } of rows) {
    const { rows: memberships } = await ask('projects.memberships', { series: seriesKey });
    const number = [1, 2, 3, 4, 5, 6].find((seed) => uidOf(`study ${String(seed)}`) === StudyInstanceUID);
    if (memberships.length > 0) found.push(number ?? 0);
  }
  return found.sort();
}

const merge = () => ask('patients.merge', { from: awa, into: ba, reason: 'the same person' });
const unmerge = () => ask('patients.unmerge', { patient: awa, reason: 'two people' });

/** The index says the same when it is made anew from the records. */
async function expectSameAnew(): Promise<void> {
  const before = dumpOf(engine.context.db);
  const { job } = await ask('archive.rebuild', {});
  expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
  expect(dumpOf(engine.context.db)).toEqual(before);
  await expectSound(engine);
}

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  await arrives(1, AWA);
  await arrives(2, BA);
  [awa, ba] = [await patientOf(AWA), await patientOf(BA)];
  ({ archive } = await projectWith(engine, 'North', 'van-3'));
  await ask('projects.assign', { archive, selection: { patients: [awa] } });
});

describe('a patient who is in an archive as a whole', () => {
  it('brings the one who survives a merge into it, with all that is and comes under them', async () => {
    expect(await held()).toEqual([1]);
    await merge();
    expect(await held()).toEqual([1, 2]);
    await arrives(3, BA);
    await arrives(4, AWA);
    expect(await held()).toEqual([1, 2, 3, 4]);
    await expectSameAnew();
    expect(await held()).toEqual([1, 2, 3, 4]);
  });

  it('is in it again when the merge is taken back, and the other one is not', async () => {
    await merge();
    await arrives(3, BA);
    await arrives(4, AWA);
    await unmerge();
    expect(await held()).toEqual([1, 4]);
    await arrives(5, AWA);
    await arrives(6, BA);
    expect(await held()).toEqual([1, 4, 5]);
    await expectSameAnew();
    await arrives(3, BA);
    expect(await held()).toEqual([1, 4, 5]);
  });

  it('leaves there what a person has put into it meanwhile, and takes back what a person has taken out', async () => {
    await merge();
    const { rows } = await ask('catalog.series', { limit: 1000 });
    const own = rows.find(({ StudyInstanceUID }) => StudyInstanceUID === uidOf('study 2'));
    if (!own) throw new Error('The series of Ba is there.');
    await ask('projects.assign', { archive, selection: { series: [own.seriesKey] } });
    await unmerge();
    expect(await held()).toEqual([1, 2]);
    await arrives(3, BA);
    expect(await held()).toEqual([1, 2]);
    await expectSameAnew();

    await merge();
    await ask('projects.unassign', { archive, selection: { patients: [ba] } });
    await unmerge();
    expect(await held()).toEqual([]);
    await arrives(4, AWA);
    expect(await held()).toEqual([]);
    await expectSameAnew();
  });

  it('stays in it when the other one was in it too', async () => {
    await ask('projects.assign', { archive, selection: { patients: [ba] } });
    await merge();
    await unmerge();
    await arrives(3, BA);
    await arrives(4, AWA);
    expect(await held()).toEqual([1, 2, 3, 4]);
    await expectSameAnew();
  });
});
