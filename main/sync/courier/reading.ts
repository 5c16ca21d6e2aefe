import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BundleReport, CourierReading, ReceiptReport } from '@shared/contract/courier';
import { asFieldboxError, type ErrorCode, FieldboxError } from '@shared/errors';
import { boxKeyText, shortBoxKey } from '@shared/model/remotes/box-key';
import type { Engine } from '../../archive/engine';
import { Receiver } from '../../archive/ingest/receiver';
import type { JobHandle } from '../../archive/jobs/job-board';
import { systemCode } from '../../platform/durable';
import type { BoxKeyPair } from '../box-key-pair';
import { type Carried, type Found, lettersOf } from './bundle-reader';
import { keepCarriedFile } from './carried-file';
import type { ReceiptEntry } from './letter-content';
import { type LetterDefect, LetterFault } from './letter-file';
import { readReceipt, type Receipt, writeReceipt } from './receipts';
import { filesEnding, isFolder, RECEIPT, receiptName } from './stick';

const CODES = {
  cut: 'COURIER_CUT',
  damaged: 'COURIER_DAMAGED',
  tooNew: 'COURIER_TOO_NEW',
} as const satisfies Readonly<Record<LetterDefect, ErrorCode>>;
/** The graver one is told when several things are wrong with a file. */
const GRAVITY: readonly ErrorCode[] = ['COURIER_CUT', 'COURIER_DAMAGED', 'COURIER_TOO_NEW', 'COURIER_UNREADABLE'];
/** These end the whole reading: the fault is this laptop's. */
const ENDS_ALL: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'DISK_FAILED', 'CANCELLED', 'INTERNAL'] as const);

/** What a reading needs besides the stick. */
export interface ReadingParts {
  readonly engine: Engine;
  readonly own: BoxKeyPair;
  /** What a box is called here; null for one that is no destination. */
  readonly nameOf: (key: Uint8Array) => string | null;
  /** Marks what a receipt says. */
  readonly take: (receipt: Receipt) => Promise<void>;
}

/** Bundles and receipts in a folder, or the one file. Throws COURIER_NO_STICK, COURIER_NOTHING. */
export async function filesToRead(path: string, ...endings: readonly string[]): Promise<readonly string[]> {
  if (!(await isFolder(path))) {
    const file = await stat(path).catch(() => null);
    if (file?.isFile() !== true) throw new FieldboxError('COURIER_NO_STICK');
    return [path];
  }
  const found = await filesEnding(path, ...endings);
  if (found.length === 0) throw new FieldboxError('COURIER_NOTHING');
  return found;
}

/** Reads files one after the other; `report` is filled as it goes on. Throws CANCELLED, DISK_FULL, DISK_FAILED. */
export async function readFiles(
  parts: ReadingParts,
  paths: readonly string[],
  receipts: string | null,
  handle: JobHandle,
  report: Pick<CourierReading, 'bundles' | 'receipts'>,
): Promise<void> {
  for (const path of paths) {
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
    if (path.toLowerCase().endsWith(RECEIPT)) {
      const read = await takeReceipt(parts, path);
      if (read !== null) report.receipts.push(read);
    } else {
      const reading = new BundleReading(parts, path, receipts ?? dirname(path), handle);
      const read = await reading.run();
      if (read !== null) report.bundles.push(read);
      if (reading.ended !== null) throw reading.ended;
    }
  }
}

/** Reads one receipt and marks what it says; null when it is for another box. */
export async function takeReceipt(parts: Omit<ReadingParts, 'engine'>, path: string): Promise<ReceiptReport | null> {
  const report = { file: basename(path), from: null, stored: 0, refused: 0, fault: null };
  try {
    const receipt = await readReceipt(path, parts.own);
    if (receipt === null) return null;
    await parts.take(receipt);
    const refused = receipt.entries.filter((entry) => entry.refused !== null).length;
    return {
      ...report,
      from: { key: boxKeyText(receipt.from), name: parts.nameOf(receipt.from) },
      stored: receipt.entries.length - refused,
      refused,
    };
  } catch (error) {
    return { ...report, fault: { code: codeOf(error), details: {} } };
  }
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof LetterFault) return CODES[error.defect];
  if (systemCode(error) !== 'UNKNOWN') return 'COURIER_UNREADABLE';
  throw error;
}

/** One bundle on its way into the archive. */
class BundleReading {
  /** What has to end the whole reading, after the receipt was written for what was taken. */
  ended: FieldboxError | null = null;
  private readonly entries: ReceiptEntry[] = [];
  private readonly totals = new Map<string, number>();
  private readonly positions = new Set<string>();
  private from: Uint8Array | null = null;
  private foreign: Extract<Found, { kind: 'otherBox' }> | null = null;
  private receiver: Receiver | null = null;
  private report: BundleReport;

  constructor(
    private readonly parts: ReadingParts,
    private readonly path: string,
    private readonly receipts: string,
    private readonly handle: JobHandle,
  ) {
    this.report = {
      file: basename(path),
      from: null,
      images: 0,
      added: 0,
      alreadyStored: 0,
      rejected: 0,
      missing: 0,
      fault: null,
      receipt: null,
      receiptFault: null,
    };
  }

  /** Null when it is one of ours, on its way to somebody else. */
  async run(): Promise<BundleReport | null> {
    const { own, engine } = this.parts;
    let isOurs = false;
    try {
      const { incoming } = engine.context.paths;
      for await (const found of lettersOf(this.path, own, incoming, this.handle.signal)) {
        isOurs ||= found.kind === 'otherBox' && Buffer.from(found.from).equals(own.publicKey);
        await this.take(found);
      }
    } catch (thrown) {
      if (this.handle.signal.aborted) this.ended = new FieldboxError('CANCELLED');
      else if (thrown instanceof FieldboxError) this.ended = thrown;
      else if (systemCode(thrown) === 'UNKNOWN') this.ended = asFieldboxError(thrown);
      else this.note('COURIER_UNREADABLE');
    }
    await this.receiver?.end(this.ended === null ? 'done' : this.ended.code === 'CANCELLED' ? 'cancelled' : 'failed');
    if (isOurs && this.from === null) return null;
    if (this.foreign !== null) this.noteForeign(this.foreign);
    await this.confirm();
    const wanted = [...this.totals.values()].reduce((sum, total) => sum + total, 0);
    return { ...this.report, missing: Math.max(0, wanted - this.positions.size) };
  }

  private async take(found: Found): Promise<void> {
    if (found.kind === 'defect') {
      this.note(CODES[found.defect]);
      return;
    }
    if (found.kind === 'otherBox') {
      this.foreign ??= found;
      return;
    }
    this.from = found.from;
    this.report.from = { key: boxKeyText(found.from), name: this.parts.nameOf(found.from) };
    const { content } = found;
    const { transaction, position, total, sha256 } = content;
    this.totals.set(transaction, total);
    this.positions.add(`${transaction}/${String(position)}`);
    this.report.images += 1;
    const refused = await this.store(content, found.path, `${basename(this.path)} ${String(position)}`);
    this.entries.push({ transaction, position, sha256, refused });
  }

  /** Stores an image or file; gives the code of why it was not taken, or null. */
  private async store(content: Carried, path: string, shown: string): Promise<string | null> {
    try {
      const isNew =
        content.kind === 'file'
          ? await keepCarriedFile(this.parts.engine, content, path)
          : await this.storeImage(path, shown);
      if (isNew) this.report.added += 1;
      else this.report.alreadyStored += 1;
      return null;
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      if (ENDS_ALL.has(error.code)) throw error;
      this.report.rejected += 1;
      return error.code;
    }
  }

  private async storeImage(path: string, shown: string): Promise<boolean> {
    const receiver = (this.receiver ??= await this.begin());
    return (await receiver.take(path, shown)).isNew;
  }

  private async begin(): Promise<Receiver> {
    const from = this.from ?? new Uint8Array(32);
    const label = this.parts.nameOf(from) ?? shortBoxKey(from);
    const sender = { source: 'box', sourceRef: label, label } as const;
    const receiver = await Receiver.open(this.parts.engine.context, sender, this.handle);
    this.handle.update({ importSession: receiver.session, phase: 'reading' });
    return receiver;
  }

  /** Lays down the receipt for what was taken. */
  private async confirm(): Promise<void> {
    if (this.from === null || this.entries.length === 0) return;
    const name = receiptName(basename(this.path));
    const to = { key: this.from, name: this.report.from?.name ?? shortBoxKey(this.from) };
    try {
      await writeReceipt(join(this.receipts, name), this.parts.own, to, this.entries);
      this.report.receipt = name;
    } catch (thrown) {
      const { code, details } = asFieldboxError(thrown);
      // On the stick, not on the archive's disk.
      const stick = code === 'DISK_FULL' ? 'COURIER_STICK_FULL' : 'COURIER_STICK_FAILED';
      this.report.receiptFault = { code: stick, details: { ...details } };
    }
  }

  /** A whole bundle for another box, or a letter in one for us whose outside was damaged. */
  private noteForeign({ from, toName }: Extract<Found, { kind: 'otherBox' }>): void {
    if (this.from !== null) {
      this.note('COURIER_DAMAGED');
      return;
    }
    this.report.from = { key: boxKeyText(from), name: this.parts.nameOf(from) };
    this.report.fault = { code: 'COURIER_OTHER_BOX', details: { name: toName } };
  }

  private note(code: ErrorCode): void {
    const now = this.report.fault?.code as ErrorCode | undefined;
    if (now === undefined || GRAVITY.indexOf(code) > GRAVITY.indexOf(now)) this.report.fault = { code, details: {} };
  }
}
