import type { LogCode } from '@shared/log';
import { asFieldboxError } from '@shared/errors';
import type { PatientKey, UserKey } from '@shared/model/ids';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import type { About, LogDetails } from '../index-writer/log-entry';
import { statement } from '../index-writer/statements';
import type { NewRecord } from '../records/record';

const HOUR_MS = 60 * 60 * 1000;
/** Lines in one record group. */
const TOGETHER = 64;

/** Writes down an act that changes nothing else, as part of the engine. Throws DISK_FULL, DISK_FAILED. */
export function noteLog(
  ctx: Pick<EngineContext, 'commit'>,
  code: LogCode,
  details: LogDetails = {},
  about: About = {},
): Promise<void> {
  return ctx.commit([noted(code, details, about, actingUser())]);
}

/**
 * Lines about coming and looking. On a disk that is full nobody must be kept out, nor kept from seeing a picture: a line that
 * cannot be written now waits, and is written with the next one that can.
 */
export class Journal {
  private readonly waiting: NewRecord[] = [];
  private writing: Promise<void> | null = null;
  /** When somebody was last noted as looking at a patient. */
  private readonly seen = new Map<string, number>();

  constructor(private readonly ctx: Pick<EngineContext, 'commit' | 'db' | 'now'>) {}

  /** Notes an act; answers when the line is durable, or waits for a disk that has room. */
  note(code: LogCode, details: LogDetails = {}, about: About = {}, by: UserKey | null = actingUser()): Promise<void> {
    this.waiting.push(noted(code, details, about, by));
    return this.flush();
  }

  /** Notes that the person who acts has looked at a patient: once an hour for each. Nobody signed in: nobody to name. */
  async noteSeen(patient: PatientKey | undefined): Promise<void> {
    const by = actingUser();
    if (by === null || patient === undefined) return;
    const now = this.ctx.now().getTime();
    const hour = Math.floor(now / HOUR_MS);
    const key = `${by}|${patient}`;
    if (this.seen.get(key) === hour) return;
    if (this.seen.size > 10_000) this.seen.clear(); // the log itself is asked again
    this.seen.set(key, hour);
    const before = statement(
      this.ctx.db,
      `SELECT 1 FROM log WHERE patient = ? AND code = 'PATIENT_SEEN' AND by_user = ? AND at >= ? AND at < ? LIMIT 1`,
    ).get(patient, by, startOf(hour), startOf(hour + 1)); // of a clock that was ahead there are later lines
    if (before === undefined) await this.note('PATIENT_SEEN', {}, { patient }, by);
  }

  /** Tries to write what waits. */
  flush(): Promise<void> {
    return (this.writing ??= this.write());
  }

  private async write(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting.slice(0, TOGETHER);
        await this.ctx.commit(batch);
        this.waiting.splice(0, batch.length);
      }
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      if (error.code !== 'DISK_FULL' && error.code !== 'DISK_FAILED') throw error;
    } finally {
      this.writing = null;
    }
  }
}

function startOf(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString();
}

function noted(code: LogCode, details: LogDetails, about: About, by: UserKey | null): NewRecord {
  const { patient = null, study = null, series = null, image = null, person = null } = about;
  return {
    type: 'log.noted',
    by,
    body: {
      code,
      details: { ...details },
      about: {
        ...(patient !== null && { patient }),
        ...(study !== null && { study }),
        ...(series !== null && { series }),
        ...(image !== null && { image }),
        ...(person !== null && { person }),
      },
    },
  };
}
