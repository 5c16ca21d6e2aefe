import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../shared/errors';
import type { ActKey, ImageId, PatientKey } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { BUILTIN_KINDS } from '../../main/archive/people/builtin-kinds';
import { allImages, openForTest, temporaryFolder } from '../fixtures/archive';
import { chosen, ended, expectSound, patientsOf, register, take } from '../fixtures/identity';
import type { InstanceSpec } from '../fixtures/instances';
import { cornerSamples, jpegOf } from '../fixtures/photos';

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** Refusals that belong to the game: what was picked at random does not always make sense. */
const REFUSALS: ReadonlySet<string> = new Set([
  'IMAGES_NONE_CHOSEN',
  'MOVE_SAME_PATIENT',
  'MOVE_UNDONE',
  'CHANGED_MEANWHILE',
  'MERGE_SAME',
  'MERGE_ALREADY',
  'MERGE_INTO_MERGED',
  'NOTHING_CHANGED',
  'NOT_FOUND',
  'BAD_REQUEST',
  'NOT_IN_TRASH',
]);

class Player {
  private readonly moves: ActKey[] = [];
  private readonly taken: InstanceSpec[] = [];
  private seed = 0;

  constructor(
    private readonly engine: Engine,
    private readonly random: (below: number) => number,
  ) {}

  async act(): Promise<string> {
    const acts = Object.entries(this.acts);
    const [name, act] = acts[this.random(acts.length)] ?? [];
    if (!name || !act) throw new Error('There is nothing to do.');
    try {
      await act();
      return name;
    } catch (error) {
      if (error instanceof FieldboxError && REFUSALS.has(error.code)) return `${name}: ${error.code}`;
      throw error;
    }
  }

  private readonly acts: Readonly<Record<string, () => Promise<unknown>>> = {
    take: () => this.take(),
    takeMore: () => this.take(),
    takeAgain: async () => {
      const spec = this.pick(this.taken);
      return spec && take(this.engine, [spec]);
    },
    photo: () => this.photo(),
    photoAgain: () => this.photo(),
    register: () => {
      const number = String(this.random(4));
      return register(this.engine, `Name^P${number}`, { PatientID: this.random(2) === 0 ? `P${number}` : '' });
    },
    trash: async () =>
      this.engine.verbs['images.trash']({ selection: chosen({ images: await this.some() }), reason: 'blurred' }),
    trashPatient: async () =>
      this.engine.verbs['images.trash']({ selection: chosen({ patients: [await this.patient()] }), reason: '' }),
    restore: async () => {
      const { rows } = await this.trash();
      const row = this.pick(rows);
      return row && this.engine.verbs['trash.restore']({ images: [], act: row.act });
    },
    restoreOne: async () => {
      const row = this.pick((await this.trash()).rows);
      return row && this.engine.verbs['trash.restore']({ images: [row.image] });
    },
    erase: async () => {
      const row = this.pick((await this.trash()).rows);
      return row && ended(this.engine, await this.engine.verbs['trash.erase']({ images: [row.image] }));
    },
    modify: async () =>
      ended(
        this.engine,
        await this.engine.verbs['images.modify']({
          selection: chosen({ images: await this.some() }),
          values: [{ path: 'StudyDescription', value: `Change ${String(this.random(1000))}` }],
          uids: false,
          modification: 'CORRECT',
          reason: 'wrong label',
        }),
      ),
    rename: async () =>
      ended(
        this.engine,
        await this.engine.verbs['images.modify']({
          selection: chosen({ images: await this.some() }),
          values: [{ path: 'PatientName', value: `Name^Q${String(this.random(2))}` }],
          uids: false,
          modification: 'CORRECT',
          reason: 'wrong name',
        }),
      ),
    revert: async () => {
      const image = this.pick(await allImages(this.engine));
      if (!image) return;
      const { rows } = await this.engine.verbs['images.versions']({ image: image.image });
      const older = this.pick(rows.filter((row) => !row.current));
      if (older) await this.engine.verbs['images.revert']({ image: image.image, to: older.image, reason: 'was right' });
    },
    move: async () => this.move(await this.some()),
    moveAgain: async () => this.move(await this.some()),
    undoMove: async () => {
      const act = this.pick(this.moves);
      return act && this.engine.verbs['images.undoMove']({ act, reason: '' });
    },
    merge: async () =>
      this.engine.verbs['patients.merge']({ from: await this.patient(), into: await this.patient(), reason: 'twins' }),
    unmerge: async () => {
      const merged = this.pick((await patientsOf(this.engine)).flatMap((row) => row.mergedFrom));
      return merged && this.engine.verbs['patients.unmerge']({ patient: merged.patient, reason: '' });
    },
  };

  private async take(): Promise<void> {
    this.seed += 1;
    const PatientID = `P${String(this.random(4))}`;
    const study = `2.25.${String(this.random(3) + 1)}`;
    const spec = { seed: this.seed, PatientID, study, series: `${study}.${String(this.random(2))}` };
    this.taken.push(spec);
    await take(this.engine, [spec]);
  }

  private async photo(): Promise<void> {
    this.seed += 1;
    const bytes = new Uint8Array(await jpegOf(cornerSamples(32 + this.random(4), 24)));
    await this.engine.verbs['capture.keep']({
      bytes,
      context: { patient: await this.patient(), clinic: null, station: null, kind: BUILTIN_KINDS.headshot },
      takenAt: '2026-11-20T10:00:00.000Z',
      camera: 'Camera',
    });
  }

  private async move(images: ImageId[]): Promise<void> {
    const begun = await this.engine.verbs['images.move']({
      selection: chosen({ images }),
      patient: await this.patient(),
      reason: 'wrong patient',
    });
    await ended(this.engine, begun);
    this.moves.push(begun.act);
  }

  private trash() {
    return this.engine.verbs['trash.list']({ text: '', offset: 0, limit: 1000 });
  }

  private async patient(): Promise<PatientKey> {
    const row = this.pick(await patientsOf(this.engine));
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
    // Sometimes by the key of one who was merged into them.
    return this.random(3) === 0 ? (this.pick(row.mergedFrom)?.patient ?? row.patient) : row.patient;
  }

  private async some(): Promise<ImageId[]> {
    const images = await allImages(this.engine);
    return images.filter(() => this.random(3) === 0).map((row) => row.image);
  }

  private pick<T>(from: readonly T[]): T | undefined {
    return from[this.random(from.length)];
  }
}

const ROUNDS = 10;
const ACTS = 60;

describe('any sequence of acts', () => {
  it.each(Array.from({ length: ROUNDS }, (_, at) => at + 1))(
    'leaves what a rebuild gives, and every file in its place (%i)',
    { timeout: 300_000 },
    async (seed) => {
      const engine = await openForTest(join(temporaryFolder(), 'archive'));
      const player = new Player(engine, randomOf(seed * 7919));
      const done: string[] = [];
      for (let at = 1; at <= ACTS; at += 1) {
        done.push(await player.act());
        if (at % 10 === 0) {
          try {
            await expectSound(engine);
          } catch (error) {
            throw new Error(`after: ${done.join(', ')}`, { cause: error });
          }
        }
      }
      expect(new Set(done.filter((act) => !act.includes(':'))).size).toBeGreaterThan(8);
      const { rows } = await engine.verbs['trash.list']({ text: '', offset: 0, limit: 1000 });
      if (rows.length > 0) await ended(engine, await engine.verbs['trash.erase']({ images: [], olderThanDays: 0 }));
      await expectSound(engine);
    },
  );
});
