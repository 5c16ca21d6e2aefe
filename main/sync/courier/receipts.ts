import { type FileHandle, open } from 'node:fs/promises';
import type { TransactionKey } from '@shared/model/ids';
import { writeFileDurably } from '../../platform/durable';
import type { BoxKeyPair } from '../box-key-pair';
import type { Surroundings } from '../remotes/remote';
import { ReceiptEntries, type ReceiptEntry } from './letter-content';
import { type FoundLetter, letterAt, LetterFault, openLetter } from './letter-file';
import { type Addressee, sealedLetter } from './letter-writer';

/** A receipt for a million images is below this. */
const MOST_BYTES = 192 * 1024 * 1024;

/** A receipt that was opened. */
export interface Receipt {
  /** Every receipt has another one, also when it says the same. */
  readonly id: string;
  /** The box that gave it: nobody else can have made it. */
  readonly from: Uint8Array;
  readonly entries: readonly ReceiptEntry[];
}

/** Writes a receipt for the sender of a bundle. Throws DISK_FULL, DISK_FAILED. */
export async function writeReceipt(
  path: string,
  own: BoxKeyPair,
  to: Addressee,
  entries: readonly ReceiptEntry[],
): Promise<void> {
  const pieces: Buffer[] = [];
  const body = [Buffer.from(JSON.stringify(entries))];
  for await (const piece of sealedLetter(own, to, { kind: 'receipt' }, body)) pieces.push(piece);
  await writeFileDurably(path, Buffer.concat(pieces));
}

/** Opens a receipt; null when it is for another box, or `wanted` says no to it. Throws LetterFault, the system's error. */
export async function readReceipt(
  path: string,
  own: BoxKeyPair,
  wanted: (id: string) => boolean = () => true,
): Promise<Receipt | null> {
  const file = await open(path, 'r');
  try {
    const letter = await letterAt(file, 0);
    if (letter === null) throw new LetterFault('cut');
    if (!Buffer.from(letter.head.to).equals(own.publicKey) || !wanted(idOf(letter.head))) return null;
    return await receiptIn(file, letter, own);
  } finally {
    await file.close();
  }
}

function idOf({ ephemeral }: FoundLetter['head']): string {
  return Buffer.from(ephemeral).toString('base64url');
}

async function receiptIn(file: FileHandle, letter: FoundLetter, own: BoxKeyPair): Promise<Receipt> {
  const opened = await openLetter(file, letter, own);
  if (opened.content.kind !== 'receipt') throw new LetterFault('damaged');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of opened.body()) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new LetterFault('damaged');
    parts.push(part);
  }
  const entries = ReceiptEntries.safeParse(JSON.parse(Buffer.concat(parts).toString('utf8')));
  if (!entries.success) throw new LetterFault('tooNew');
  return { id: idOf(letter.head), from: letter.head.from, entries: entries.data };
}

/** Of one transaction: what became of an image, by its position. */
type Known = Record<string, { readonly sha256: string; readonly refused: string | null }>;

/** What receipts have said, in the memory of the courier's driver, so that it is known also when the stick has gone again. */
export class ReceiptMemory {
  private readonly read = new Map<TransactionKey, Known>();

  constructor(private readonly memory: Pick<Surroundings, 'remember' | 'recall'>) {}

  /** Looks anew: others may have taken receipts in. */
  refresh(): void {
    this.read.clear();
  }

  /** Whether a receipt was taken in before: what it refused may have been sent again since. */
  isKnown(id: string): boolean {
    return this.memory.recall(`taken:${id}`) !== null;
  }

  keep(receipt: Receipt): void {
    if (this.isKnown(receipt.id)) return;
    const byTransaction = new Map<TransactionKey, Known>();
    for (const { transaction, position, sha256, refused } of receipt.entries) {
      const known = byTransaction.get(transaction) ?? { ...this.of(transaction) };
      known[String(position)] = { sha256, refused };
      byTransaction.set(transaction, known);
    }
    for (const [transaction, known] of byTransaction) {
      this.read.set(transaction, known);
      this.memory.remember(nameOf(transaction), JSON.stringify(known));
    }
    this.memory.remember(`taken:${receipt.id}`, '');
  }

  /** What is known of one image; undefined: nothing yet. */
  about(item: {
    readonly transaction: TransactionKey;
    readonly position: number;
  }): { readonly sha256: string; readonly refused: string | null } | undefined {
    return this.of(item.transaction)[String(item.position)];
  }

  /** It is written anew: what was said of it before counts no more. */
  forget(item: { readonly transaction: TransactionKey; readonly position: number }): void {
    const { [String(item.position)]: old, ...others } = this.of(item.transaction);
    if (old === undefined) return;
    this.read.set(item.transaction, others);
    this.memory.remember(nameOf(item.transaction), JSON.stringify(others));
  }

  private of(transaction: TransactionKey): Known {
    const read = this.read.get(transaction);
    if (read) return read;
    const kept = this.memory.recall(nameOf(transaction));
    // We wrote it ourselves.
    const known = kept === null ? {} : (JSON.parse(kept) as Known);
    this.read.set(transaction, known);
    return known;
  }
}

function nameOf(transaction: TransactionKey): string {
  return `receipt:${transaction}`;
}
