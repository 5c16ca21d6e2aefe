import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FindInput, ListInput } from '../../shared/contract/catalog';
import { AnonymisationRequest } from '../../shared/contract/anonymisation';
import { archivePaths } from '../../main/archive/paths';
import { correctionsOf } from '../../main/archive/catalog/typing-errors';
import type { ImageId, PatientKey } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { chosen, ended, expectSound, register, take } from '../fixtures/identity';
import type { InstanceSpec } from '../fixtures/instances';

const GONE: InstanceSpec = {
  seed: 1,
  PatientID: 'XWVQNUMBER',
  PatientName: 'Zyxwvutsrq^Qpomarkerlkj',
  ReferringPhysicianName: 'Kwizdoctorbeta^Anna',
};
/** Pieces of what identifies them, as they would stand anywhere in a file; indexes of words leave out common beginnings. */
const TELLTALES = ['xwvutsrq', 'pomarkerlkj', 'wizdoctorbeta', 'wvqnumber'];

/** Which of the pieces are legible in the files of the index and of its copies. */
function legible(archive: string): readonly string[] {
  const paths = archivePaths(archive);
  const files = [
    ...['', '-wal', '-shm'].map((suffix) => `${paths.index}${suffix}`).filter((path) => existsSync(path)),
    ...readdirSync(paths.backups).map((name) => join(paths.backups, name)),
  ];
  const text = files.map((path) => readFileSync(path).toString('latin1').toLowerCase()).join('\n');
  return TELLTALES.filter((piece) => text.includes(piece));
}

async function erase(engine: Engine, image: ImageId): Promise<void> {
  await engine.verbs['images.trash']({ selection: chosen({ images: [image] }), reason: 'asked' });
  await ended(engine, await engine.verbs['trash.erase']({ images: [image] }));
}

async function takeOne(engine: Engine, spec: InstanceSpec): Promise<ImageId> {
  const [image] = await take(engine, [spec]);
  if (!image) throw new Error('One was taken in.');
  return image;
}

function left(engine: Engine): Readonly<Record<string, number>> {
  const count = (sql: string): number => (engine.context.db.prepare(sql).get() as { n: number }).n;
  return {
    values: count(`SELECT count(*) AS n FROM value WHERE text LIKE '%wizdoctorbeta%'`),
    words: count(`SELECT count(*) AS n FROM name_word WHERE word LIKE '%xwvutsrq%' OR word LIKE '%pomarker%'`),
    noted: count('SELECT (SELECT count(*) FROM value_left) + (SELECT count(*) FROM name_left) AS n'),
    remains: count('SELECT count(*) AS n FROM local_remains'),
  };
}

describe('what is erased', () => {
  it('is not legible in any file of the index afterwards', async () => {
    const folder = join(temporaryFolder(), 'archive');
    const engine = await openForTest(folder);
    const others: InstanceSpec[] = Array.from({ length: 60 }, (_, at) => ({
      seed: at + 10,
      PatientID: `P${String(at)}`,
    }));
    await take(engine, others.slice(0, 30));
    const image = await takeOne(engine, GONE);
    await take(engine, others.slice(30));
    writeFileSync(join(archivePaths(folder).backups, 'index-v14-2026-01-01T00-00-00.000Z.sqlite'), 'Zyxwvutsrq');
    engine.context.db.pragma('wal_checkpoint(PASSIVE)');
    expect(legible(folder)).toEqual(TELLTALES);
    expect(correctionsOf(engine.context.db, 'zyxwvutsra', 5).map(({ word }) => word)).toEqual(['zyxwvutsrq']);

    await erase(engine, image);
    expect(legible(folder)).toEqual([]);
    expect(left(engine)).toEqual({ values: 0, words: 0, noted: 0, remains: 0 });
    expect(correctionsOf(engine.context.db, 'zyxwvutsra', 5)).toEqual([]);
    expect(readdirSync(archivePaths(folder).backups)).toEqual([]);
    await expectSound(engine);
    await engine.close();
    expect(legible(folder)).toEqual([]);
  });

  it('leaves values and words that others have, and what they are found by', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const first = await takeOne(engine, GONE);
    await takeOne(engine, { ...GONE, seed: 2, PatientID: 'Q', PatientName: 'Zyxwvutsrq^Other', study: '2.25.9' });
    await erase(engine, first);
    expect(left(engine)).toEqual({ values: 1, words: 1, noted: 0, remains: 0 });
    const found = async (text: string) =>
      (await engine.verbs['catalog.patients'](ListInput.parse({ text, limit: 10 }))).rows.map((row) => row.PatientID);
    expect(await found('zyxwvutsra')).toEqual(['Q']);
    expect(await found('qpomarkerlkj')).toEqual([]);
    await expectSound(engine);
  });

  it('leaves no pieces of a value to the next one that is written in its place', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    await takeOne(engine, { seed: 4, PatientID: 'U' });
    await erase(engine, await takeOne(engine, GONE));
    await takeOne(engine, { seed: 6, PatientID: 'V', ReferringPhysicianName: 'Nobody^Else' });
    const found = async (piece: string) =>
      (
        await engine.verbs['query.run'](
          FindInput.parse({
            level: 'study',
            where: [{ property: 'ReferringPhysicianName', operator: 'like', value: piece }],
          }),
        )
      ).rows.length;
    expect([await found('*wi*'), await found('*zd*'), await found('*ob*')]).toEqual([0, 0, 1]);
    await expectSound(engine);
  });

  it('keeps the words of names of patients who were merged into another', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const hidden = await register(engine, 'Zyxwvutsrq^Hidden', { PatientID: 'H' });
    const survivor = await register(engine, 'Survivor^Ann', { PatientID: 'S' });
    await engine.verbs['patients.merge']({ from: hidden.patient, into: survivor.patient, reason: 'the same' });
    const image = await takeOne(engine, { seed: 5, PatientID: 'T', PatientName: 'Temporary^Zyxwvutsrq' });
    await erase(engine, image);
    expect(left(engine)).toMatchObject({ words: 1, noted: 0, remains: 0 });
    await expectSound(engine);
  });

  it('is finished at the next start when it was broken off', async () => {
    const folder = join(temporaryFolder(), 'archive');
    const engine = await openForTest(folder);
    await takeOne(engine, { seed: 3, PatientID: 'R' });
    const image = await takeOne(engine, GONE);
    await engine.verbs['images.trash']({ selection: chosen({ images: [image] }), reason: 'asked' });
    const row = engine.context.db.prepare('SELECT owner FROM set_aside WHERE object = ?').get(image);
    const { owner } = row as { owner: PatientKey };
    // The record of the erasing alone, as after a power cut right behind it.
    await engine.context.commit([
      {
        type: 'images.erased',
        body: { groups: [{ patient: owner, objects: [{ object: image, source: null }] }] },
      },
    ]);
    expect(left(engine)['remains']).toBe(6);
    await engine.close();
    const again = await openForTest(folder);
    expect(left(again)).toEqual({ values: 0, words: 0, noted: 0, remains: 0 });
    expect(legible(folder)).toEqual([]);
    await expectSound(again);
  });

  it('goes from the values when images are anonymised in place', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(engine, [GONE]);
    const { job } = await engine.verbs['anonymisation.start'](
      AnonymisationRequest.parse({ selection: { images }, mode: 'replace' }),
    );
    await ended(engine, { job });
    expect(left(engine)).toMatchObject({ values: 0, words: 0, noted: 0 });
    await expectSound(engine);
  });
});
