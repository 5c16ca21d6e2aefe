import { createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { FieldboxError } from '@shared/errors';
import { UserKey } from '@shared/model/ids';
import { diskError, flushFolder, writeWhole } from '../../platform/durable';
import { type ArchiveRecord, type NewRecord, recordBodies, type RecordType } from './record';

/** A new segment is begun when the last has grown past this. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
const MAC_FIELD = ',"mac":"';
const EMPTY_MAC = '0'.repeat(64);

/** A line that is not what was written; kept where it is, reported, never deleted. */
export interface DamagedLine {
  readonly segment: string;
  readonly line: number;
}

/** A line of the chain as it was read. */
export type ChainEntry =
  | { readonly kind: 'record'; readonly record: ArchiveRecord }
  /** Written by a newer version: it stays in the chain and is not applied. */
  | { readonly kind: 'unknown'; readonly seq: number; readonly type: string }
  | { readonly kind: 'damaged'; readonly at: DamagedLine };

interface Line {
  readonly seq: number;
  readonly at: string;
  readonly by: string | null;
  readonly type: string;
  readonly body: unknown;
  readonly mac: string;
}

/**
 * The records of an archive: lines of JSON in `records/000001.jsonl` and following, only ever appended to. Every line is
 * signed together with the signature of the line before it (HMAC-SHA-256 with the archive's key), so that a changed,
 * missing or torn line shows. An append counts when it has been flushed.
 */
export class RecordChain {
  /** Lines of an append that failed may stand behind the last record: the disk would not cut them off either. */
  private leftOver = false;

  private constructor(
    private readonly folder: string,
    private readonly key: Buffer,
    private file: FileHandle,
    private segment: number,
    private length: number,
    private lastMac: string,
    private lastSeq: number,
  ) {}

  /**
   * Opens the chain for appending. A torn last line (power cut in the middle of an append) is copied to `quarantine` and
   * cut off: it was never acknowledged. Throws DISK_FULL, DISK_FAILED.
   */
  static async open(folder: string, key: Buffer, quarantine: string): Promise<RecordChain> {
    try {
      await mkdir(folder, { recursive: true });
      const segments = await listSegments(folder);
      const segment = segments.at(-1) ?? 1;
      const path = segmentPath(folder, segment);
      const file = await open(path, 'a+');
      const { size } = await file.stat();
      if (segments.length === 0) await flushFolder(folder);
      const tail = await lastSoundLine(folder, segments, key);
      const soundLength = tail?.segment === segment ? tail.end : 0;
      if (soundLength < size && (await tornAfter(path, soundLength))) {
        const torn = (await readFile(path)).subarray(soundLength);
        await mkdir(quarantine, { recursive: true });
        await writeFile(join(quarantine, `records-${String(segment)}-${String(soundLength)}.txt`), torn, {
          flush: true,
        });
        await file.truncate(soundLength);
        await file.sync();
        return new RecordChain(folder, key, file, segment, soundLength, tail?.mac ?? EMPTY_MAC, tail?.seq ?? 0);
      }
      return new RecordChain(folder, key, file, segment, size, tail?.mac ?? EMPTY_MAC, tail?.seq ?? 0);
    } catch (error) {
      throw diskError(error);
    }
  }

  /** Number of the last record. */
  get seq(): number {
    return this.lastSeq;
  }

  /** Whether all that is in the chain was acknowledged; if not, opened anew it may have records of the append that failed. */
  get isSure(): boolean {
    return !this.leftOver;
  }

  /**
   * Appends records and flushes them. After a failure nothing of them is in the chain, unless the disk would not even take that back
   * (`isSure`); the next append does. Throws DISK_FULL, DISK_FAILED.
   */
  async append(records: readonly NewRecord[], at: Date): Promise<ArchiveRecord[]> {
    if (this.leftOver) await this.cutBack();
    if (this.length > SEGMENT_BYTES) await this.nextSegment();
    let mac = this.lastMac;
    let seq = this.lastSeq;
    const time = at.toISOString();
    const lines: string[] = [];
    const appended: ArchiveRecord[] = [];
    for (const { type, body, by = null } of records) {
      seq += 1;
      // Type and body come from one record and belong together.
      const numbered = { seq, at: time, by, type, body } as ArchiveRecord;
      const payload = JSON.stringify(numbered);
      mac = sign(this.key, mac, payload);
      lines.push(`${payload.slice(0, -1)}${MAC_FIELD}${mac}"}\n`);
      appended.push(numbered);
    }
    const bytes = Buffer.from(lines.join(''), 'utf8');
    try {
      // To the system's memory only, which takes less than handing it to another thread; what waits for the disk is the flush.
      writeWhole(this.file.fd, bytes);
      await this.file.datasync();
    } catch (error) {
      this.leftOver = true;
      await this.cutBack().catch(() => undefined); // the first fault tells more, and `isSure` of the second
      throw diskError(error);
    }
    this.length += bytes.length;
    this.lastMac = mac;
    this.lastSeq = seq;
    return appended;
  }

  /** Reads all records after `seq` in order, checking every line. */
  async *read(afterSeq: number): AsyncGenerator<ChainEntry> {
    let previousMac = EMPTY_MAC;
    for (const segment of await listSegments(this.folder)) {
      let number = 0;
      for await (const text of createInterface({ input: this.linesOf(segment), crlfDelay: Infinity })) {
        number += 1;
        const line = parseLine(text);
        if (line === null || sign(this.key, previousMac, payloadOf(text)) !== line.mac) {
          yield { kind: 'damaged', at: { segment: String(segment), line: number } };
        }
        if (line === null) continue;
        previousMac = line.mac;
        if (line.seq > afterSeq) yield typed(line);
      }
    }
  }

  /** What counts of a segment: not what is being appended, nor what is left of an append that failed. */
  private linesOf(segment: number): Readable {
    if (segment === this.segment && this.length === 0) return Readable.from([]);
    const end = segment === this.segment ? this.length - 1 : Infinity;
    return createReadStream(segmentPath(this.folder, segment), { encoding: 'utf8', end });
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** Takes back the lines of an append that failed. Throws DISK_FULL, DISK_FAILED. */
  private async cutBack(): Promise<void> {
    try {
      await this.file.truncate(this.length);
      await this.file.datasync();
      this.leftOver = false;
    } catch (error) {
      throw diskError(error);
    }
  }

  private async nextSegment(): Promise<void> {
    try {
      const next = await open(segmentPath(this.folder, this.segment + 1), 'a+');
      await flushFolder(this.folder);
      await this.file.close();
      this.file = next;
      this.segment += 1;
      this.length = 0;
    } catch (error) {
      throw diskError(error);
    }
  }
}

function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(6, '0')}.jsonl`);
}

async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d{6}\.jsonl$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

function sign(key: Buffer, previousMac: string, payload: string): string {
  return createHmac('sha256', key).update(previousMac).update(payload).digest('hex');
}

function payloadOf(text: string): string {
  return `${text.slice(0, text.lastIndexOf(MAC_FIELD))}}`;
}

function parseLine(text: string): Line | null {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null) return null;
    const { seq, at, by, type, body, mac } = line as Partial<Line>;
    if (typeof seq !== 'number' || typeof at !== 'string' || typeof type !== 'string' || typeof mac !== 'string')
      return null;
    return { seq, at, by: by ?? null, type, body, mac };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(recordBodies, type);
}

function typed(line: Line): ChainEntry {
  if (!isRecordType(line.type)) return { kind: 'unknown', seq: line.seq, type: line.type };
  const body = recordBodies[line.type].safeParse(line.body);
  if (!body.success) return { kind: 'unknown', seq: line.seq, type: line.type };
  // The schema that parsed the body is the one of this type.
  const by = UserKey.safeParse(line.by);
  const { seq, at, type } = line;
  return {
    kind: 'record',
    record: { seq, at, by: by.success ? by.data : null, type, body: body.data } as ArchiveRecord,
  };
}

/** The last line that is whole, looking back over segments, and where it ends. */
async function lastSoundLine(
  folder: string,
  segments: readonly number[],
  key: Buffer,
): Promise<{ segment: number; end: number; mac: string; seq: number } | null> {
  for (const segment of [...segments].reverse()) {
    const content = await readFile(segmentPath(folder, segment));
    let end = content.lastIndexOf(0x0a) + 1;
    while (end > 0) {
      const start = content.lastIndexOf(0x0a, end - 2) + 1;
      const text = content.toString('utf8', start, end - 1);
      const line = parseLine(text);
      if (line !== null) {
        const before =
          start > 0 ? parseLine(content.toString('utf8', content.lastIndexOf(0x0a, start - 2) + 1, start - 1)) : null;
        const sound = before === null || sign(key, before.mac, payloadOf(text)) === line.mac;
        if (sound) return { segment, end, mac: line.mac, seq: line.seq };
      }
      end = start;
    }
  }
  return null;
}

/** Whether what follows the last sound line is one torn append, and not a damaged stretch with sound lines behind it. */
async function tornAfter(path: string, offset: number): Promise<boolean> {
  const rest = (await readFile(path)).subarray(offset).toString('utf8');
  return rest.split('\n').every((text) => parseLine(text) === null || text === '');
}

/** Refuses a key that is not one. */
export function recordKey(hex: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new FieldboxError('NOT_AN_ARCHIVE');
  return Buffer.from(hex, 'hex');
}
