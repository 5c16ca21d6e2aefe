import { createHash } from 'node:crypto';
import type { AnonymisedImageRow } from '@shared/contract/anonymisation';
import { asFieldboxError, type ErrorCode, FieldboxError, fromWire } from '@shared/errors';
import type { AnonymisationWay, Area } from '@shared/model/anonymisation';
import { ImageId, type PatientKey } from '@shared/model/ids';
import type { AnonymiseInput, AnonymiseOutput } from '../../workers/tasks/anonymise';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { type InTurn, oneAfterTheOther } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import { deviceOf, type Subject, subjectOfImage } from './images';
import { KeyBook, type UsableKey } from './keys';
import { keptAreas, requireInside } from './masks';

/** What an anonymised image is for. */
export type Purpose = AnonymisedImageRow['purpose'];

/** Images under way at once that go to a worker each on its own: enough for all workers, few enough to keep memory flat. */
export const IN_FLIGHT = 24;

const RUN = { timeoutMs: 3_600_000, whenAborted: 'finish' } as const;

/** Faults of a worker that one of the files it had may have caused. */
const BETTER_ALONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['WORKER_DIED', 'TIMED_OUT']);

/** Where results are left. */
export type Place = Pick<AnonymiseInput, 'folder' | 'objects'> & { readonly name?: string };

/** An image's result of an earlier time. */
export interface EarlierResult {
  readonly anonymous: ImageId;
  /** Whether the archive holds it, sound. */
  readonly isHere: boolean;
}

/** What is to be done with one image. */
export interface Task {
  readonly subject: Subject;
  readonly key: UsableKey;
  readonly areas: readonly Area[];
  readonly masks: string;
  readonly variant: string;
  readonly earlier: EarlierResult | null;
}

export interface Done {
  readonly image: ImageId;
  readonly output: AnonymiseOutput;
  /** What is to be written down of it; null when it is known already. */
  readonly record: NewRecord | null;
}

/** Faults that end the whole act and not only one image. */
const FATAL = new Set(['DISK_FULL', 'DISK_FAILED', 'CANCELLED', 'ARCHIVE_CLOSED', 'INTERNAL']);

/** Whether a fault concerns one image, so that the others can go on. */
export function isFaultOfImage(error: unknown): error is FieldboxError {
  return error instanceof FieldboxError && !FATAL.has(error.code);
}

/** Anonymises images in one way: finds each one's key, areas and earlier result, and lets the workers do it. */
export class Anonymiser {
  private readonly book: KeyBook;
  private readonly keysInTurn: InTurn = oneAfterTheOther();
  private readonly drawn: ReadonlyMap<ImageId, readonly Area[]>;
  /** One for all images in which nothing is blackened: what a worker gets together is copied to it once. */
  private readonly plain: AnonymiseInput['options'];

  /** Throws ANONYMISE_TAG_PATH, ANONYMISE_AREA_OUTSIDE, NO_PIXELS, NOT_FOUND. */
  constructor(
    private readonly ctx: EngineContext,
    private readonly way: AnonymisationWay,
  ) {
    this.book = new KeyBook(ctx, way.profile, way.values);
    this.plain = { ...way.profile, masks: [] };
    this.drawn = new Map(way.areas.map(({ image, areas }) => [image, areas]));
    for (const [image, areas] of this.drawn) {
      const device = deviceOf(subjectOfImage(ctx.db, image));
      if (!device) throw new FieldboxError('NO_PIXELS');
      requireInside(areas, device);
    }
  }

  /** Throws ANONYMISE_ONE_NUMBER, ANONYMISE_NAME_TAKEN. */
  requireDistinct(imageIds: readonly number[]): void {
    if (!this.book.namesOnePatient) return;
    const patientOf = this.ctx.db.prepare<[number], { key: PatientKey }>(
      'SELECT patient.key FROM image JOIN patient ON patient.id = image.patient_id WHERE image.id = +?',
    );
    const patients = new Set<PatientKey>();
    for (const id of imageIds) {
      const row = patientOf.get(id);
      if (row) patients.add(row.key);
    }
    this.book.requireDistinct(patients);
  }

  /** Throws ANONYMISE_ALREADY, ANONYMISE_MASK_SIZE, OBJECT_MISSING, OBJECT_DAMAGED, NOT_FOUND, DISK_*. */
  async prepare(subject: Subject): Promise<Task> {
    const [outcome] = await this.prepareTogether([subject]);
    if (outcome === undefined || outcome instanceof FieldboxError) throw outcome ?? new FieldboxError('INTERNAL');
    return outcome;
  }

  /** The same for many images, in their order: keys that are missing are made with one flush. Throws DISK_*. */
  async prepareTogether(subjects: readonly Subject[]): Promise<readonly (Task | FieldboxError)[]> {
    const checked = subjects.map((subject) => this.check(subject));
    const patients = new Set(checked.flatMap((one) => (one instanceof FieldboxError ? [] : [one.subject.patient])));
    const keys = await this.keysInTurn(() => this.book.of(patients));
    return checked.map((one) => {
      if (one instanceof FieldboxError) return one;
      const { subject, areas } = one;
      const key = keys.get(subject.patient);
      if (!key) return new FieldboxError('NOT_FOUND', { what: `patient ${subject.patient}` });
      const masks = fingerprint(areas);
      return { subject, key, areas, masks, ...this.earlier(key, subject.image, masks) };
    });
  }

  /** Lets a worker do it; the result lies in the folder afterwards. Throws as the task `anonymiseObject`. */
  async carryOut(task: Task, purpose: Purpose, place: Place, signal: AbortSignal): Promise<Done> {
    const output = await this.ctx.pool.run('anonymiseObject', this.inputOf(task, place), { ...RUN, signal });
    return done(task, output, purpose);
  }

  /**
   * Lets one worker do it for several images; gives for each what was done or why not. When one of them ends or hangs its worker,
   * each is tried again on its own, so that the others do not suffer for it. At most `workers` do such work at once.
   */
  async carryOutTogether(
    tasks: readonly Task[],
    purpose: Purpose,
    place: Place,
    signal: AbortSignal,
    workers?: number,
  ): Promise<readonly (Done | FieldboxError)[]> {
    const files = tasks.map((task) => this.inputOf(task, place));
    try {
      const { files: results } = await this.ctx.pool.run(
        'anonymiseObjects',
        { files },
        { ...RUN, signal, ...(workers !== undefined && { most: workers }) },
      );
      return tasks.map((task, at) => {
        const result = results[at];
        if (result?.ok) return done(task, result.output, purpose);
        return result ? Object.assign(fromWire(result.error), { trace: result.trace }) : new FieldboxError('INTERNAL');
      });
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      if (!BETTER_ALONE.has(error.code)) return tasks.map(() => error);
    }
    const outcomes: (Done | FieldboxError)[] = [];
    for (const task of tasks) {
      outcomes.push(
        await this.carryOut(task, purpose, place, signal).catch((error: unknown) => asFieldboxError(error)),
      );
    }
    return outcomes;
  }

  private inputOf({ subject, key, areas, variant, earlier }: Task, place: Place): AnonymiseInput {
    return {
      path: this.ctx.objects.path(subject.image),
      sha256: subject.image,
      options: areas.length === 0 ? this.plain : { ...this.plain, masks: areas },
      key: { ...key.forModule, variant },
      name: null,
      ...place,
      objects: earlier === null ? null : place.objects, // nowhere else yet
    };
  }

  private check(subject: Subject): Pick<Task, 'subject' | 'areas'> | FieldboxError {
    if (subject.isAnonymous) return new FieldboxError('ANONYMISE_ALREADY');
    if (subject.state === 'missing') return new FieldboxError('OBJECT_MISSING');
    if (subject.state === 'corrupt') return new FieldboxError('OBJECT_DAMAGED', { sha256: subject.image });
    try {
      return { subject, areas: this.areasOf(subject) };
    } catch (error) {
      if (isFaultOfImage(error)) return error;
      throw error;
    }
  }

  /** What is blackened: areas drawn for this very picture, else those kept for its device. Throws ANONYMISE_MASK_SIZE. */
  private areasOf(subject: Subject): readonly Area[] {
    const drawn = this.drawn.get(subject.image);
    if (drawn) return drawn;
    const device = this.way.masks === 'apply' ? deviceOf(subject) : null;
    if (!device) return [];
    const { mask, areas } = keptAreas(this.ctx.db, device);
    if (mask === 'other-size') throw new FieldboxError('ANONYMISE_MASK_SIZE');
    return areas;
  }

  /** The earlier result with the same areas, or what tells this result apart from earlier ones with others. */
  private earlier(key: UsableKey, image: ImageId, masks: string): Pick<Task, 'variant' | 'earlier'> {
    const rows = statement(
      this.ctx.db,
      `SELECT masks, variant, anonymous,
         EXISTS (SELECT 1 FROM image JOIN object ON object.sha256 = image.object
                 WHERE image.object = anonymous AND object.state = 'good') AS isHere
       FROM anonymised_image WHERE key_id = ? AND original = ?`,
    ).all(key.id, image) as { masks: string; variant: string; anonymous: ImageId; isHere: 0 | 1 }[];
    const same = rows.find((row) => row.masks === masks);
    if (same) return { variant: same.variant, earlier: { anonymous: same.anonymous, isHere: same.isHere === 1 } };
    return { variant: rows.length === 0 ? '' : masks === '' ? 'none' : masks, earlier: null };
  }
}

function done({ subject, key, masks, variant, earlier }: Task, output: AnonymiseOutput, purpose: Purpose): Done {
  const image = ImageId.parse(output.sha256);
  const { original, replaced, values, uids } = output;
  const isKnown = earlier?.anonymous === image && (purpose === 'export' || purpose === 'send');
  return {
    image,
    output,
    record: isKnown
      ? null
      : {
          type: 'image.anonymised',
          body: {
            key: key.key,
            original: subject.image,
            anonymous: image,
            masks,
            variant,
            purpose,
            StudyInstanceUID: original.studyInstanceUID,
            SeriesInstanceUID: original.seriesInstanceUID,
            SOPInstanceUID: original.sopInstanceUID,
            anonymousStudyInstanceUID: replaced.studyInstanceUID,
            anonymousSeriesInstanceUID: replaced.seriesInstanceUID,
            anonymousSOPInstanceUID: replaced.sopInstanceUID,
            values: [...values],
            uids: { ...uids },
          },
        },
  };
}

/** Names areas, whatever order they were drawn in; empty for none. */
function fingerprint(areas: readonly Area[]): string {
  if (areas.length === 0) return '';
  const sorted = areas.map(({ x, y, width, height }) => [x, y, width, height].join()).sort();
  return createHash('sha256').update(sorted.join(';')).digest('hex').slice(0, 16);
}

const turns = new WeakMap<object, InTurn>();

/**
 * Acts that make or remove keys, one after the other within one archive, so that what one has looked up still holds when it
 * writes.
 */
export function anonymisingInTurn(ctx: EngineContext): InTurn {
  const known = turns.get(ctx.db) ?? oneAfterTheOther();
  turns.set(ctx.db, known);
  return known;
}
