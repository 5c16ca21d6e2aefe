import type { AttachmentsMemory, Sent, Thing } from './memory';
import { putAway, type RecordThere, recordsOf } from './records';
import type { AttachmentsSession } from './session';

/**
 * Finds the records that a network which repeats requests has made: what the service does with a repeated one is not documented,
 * and nothing in a request tells it. All of ours carry the marker of their image, so of several that live one stays, the others are
 * put away (docs/decisions/0028-copies-that-a-network-makes.md).
 */
export class Copies {
  private readonly lists = new Map<string, Promise<readonly RecordThere[]>>();

  constructor(
    private readonly session: AttachmentsSession,
    private readonly memory: AttachmentsMemory,
    private readonly signal: AbortSignal,
  ) {}

  /** Leaves one record of what we have sent, if one of them is whole. Gives the one that counts. Throws HttpFailure. */
  async takeAway(thing: Thing): Promise<Sent | null> {
    const sent = this.memory.sent(thing);
    if (sent === null || !sent.made || sent.marker === '') return sent;
    const [best, ...others] = recordsWith(await this.ofPatient(sent.patient), sent.marker, sent.bytes);
    if (best === undefined || others.length === 0) return sent;
    const kept = { ...sent, id: best.id };
    if (kept.id !== sent.id) this.memory.keep(thing, kept);
    if (!isWhole(best, sent.bytes)) return kept;
    for (const { id } of others) {
      await putAway(this.session, id, this.signal);
      this.memory.notePutAway(id);
    }
    return kept;
  }

  /** Asked once a patient, however many images are looked at together. */
  private ofPatient(patient: string): Promise<readonly RecordThere[]> {
    const known = this.lists.get(patient);
    if (known !== undefined) return known;
    const list = recordsOf(this.session, patient, this.signal, 'description:~fb:');
    this.lists.set(patient, list);
    return list;
  }
}

/** The living records with a marker, the one that counts first: whole before not, older before newer, so that all laptops agree. */
export function recordsWith(records: readonly RecordThere[], marker: string, bytes: number): readonly RecordThere[] {
  return records
    .filter(({ description, archived_at }) => description.includes(marker) && (archived_at ?? null) === null)
    .sort(
      (one, other) =>
        Number(isWhole(other, bytes)) - Number(isWhole(one, bytes)) ||
        one.id.length - other.id.length ||
        (one.id < other.id ? -1 : 1),
    );
}

/** Processed there, and as long as what was sent. */
function isWhole({ processing_completed, content_type, size }: RecordThere, bytes: number): boolean {
  return processing_completed === true && content_type !== 'invalid/invalid' && size === bytes;
}
