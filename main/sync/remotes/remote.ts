import type { FileHandle } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import type { ErrorCode, ErrorDetails } from '@shared/errors';
import type { RemoteTest } from '@shared/contract/sync';
import type { AttachmentKey, ImageId, PatientKey, RemoteKey, TransactionKey } from '@shared/model/ids';
import type { Fetchable, RemoteAbilities, RemoteFile } from '@shared/model/remotes/content';
import type { RemotePatient } from '@shared/model/remotes/matching';
import type { ProofKind } from '@shared/model/remotes/access';
import type { RemoteKind, SettingsOf } from '@shared/model/remotes/settings';
import type { PlainTransferSyntax } from '../../dicom/transcode';
import type { BoxKeyPair } from '../box-key-pair';
import type { Identity } from '../certificates/self-signed';
import type { Counterparts, FetchSink, OutgoingEntry, Person, SentSeries } from './counterparts';

/**
 * The interface behind which every kind of remote lies. A driver knows no database and no other driver: it gets a stream, a
 * name and facts, and answers with an outcome. It never throws on purpose; what it throws is a fault of ours and is treated as
 * one that may pass (docs/decisions/0009-outbox.md).
 */
export interface RemoteDriver<K extends RemoteKind> {
  readonly kind: K;
  /** What it can show as evidence, strongest first; empty: images are never more than arrived. */
  readonly proofs: (settings: SettingsOf<K>) => readonly ProofKind[];
  /** Names of the secrets it asks for. */
  readonly secrets: (settings: SettingsOf<K>) => readonly string[];
  /** How many images may be under way at once. */
  readonly parallel: number;
  /** The other side fetches for itself: nothing is sent from here. */
  readonly isServed?: (settings: SettingsOf<K>) => boolean;
  /** What a person has mistyped in the settings; null when nothing. */
  readonly mistake?: (settings: SettingsOf<K>) => ErrorCode | null;
  /** What it can do besides taking images; nothing when left out. */
  readonly abilities?: RemoteAbilities;
  connect(settings: SettingsOf<K>, surroundings: Surroundings): RemoteConnection;
}

/** What a driver may use of the world. */
export interface Surroundings {
  readonly remote: RemoteKey | null;
  /** Throws nothing: an absent secret is null. */
  secret(name: string): Promise<string | null>;
  /** The driver's own small memory, kept over restarts: tokens, numbers it has given. Not for secrets. */
  remember(name: string, value: string | null): void;
  recall(name: string): string | null;
  /** Whether it remembers anything under a name that begins so. */
  remembersAny(prefix: string): boolean;
  /** A new empty folder for temporary files, removed when the connection is closed. */
  temporaryFolder(): Promise<string>;
  /** This archive's id, a UUID. */
  readonly archiveId: string;
  readonly version: string;
  /** For remotes that come by themselves: whether they could, and how long ago this one did (null: not since the start). */
  visits(): { readonly listening: boolean; readonly heardMsAgo: number | null };
  readonly counterparts: Counterparts;
  readonly commitments: CommitmentDesk;
  /** What this archive shows of itself where it is asked to; null when it has nothing. Throws SECRET_UNREADABLE. */
  ownCertificate(): Promise<Identity | null>;
  /** What the remote is called here; empty while it is only tried out. */
  readonly name: string;
  /** This archive's own pair of keys. Throws COURIER_NO_KEY, SECRET_UNREADABLE. */
  ownKey(): Promise<BoxKeyPair>;
  /** Makes streams that keep the cap of the remote; null: as fast as it goes. What is sent goes through one already. */
  throttle(): { stream(): Transform } | null;
  /** How long a silent or absent other side is waited for; each protocol has its own times when nothing is said. */
  readonly patience?: Patience;
}

/** Where reports of storage commitment come in that a peer sends over an association of its own. */
export interface CommitmentDesk {
  /** Whether machines can reach this archive now. */
  listening(): boolean;
  /** Resolves when the report of a transaction has come and is kept, or the signal ends. */
  arrival(transactionUID: string, signal: AbortSignal): Promise<void>;
}

/** In milliseconds: until a connection is made, and without anything moving on it. */
export interface Patience {
  readonly connectMs: number;
  readonly idleMs: number;
}

/** A remote in use: may keep sockets and sessions between images. */
export interface RemoteConnection {
  /** Tries everything a person would want to know before relying on it. */
  test(signal: AbortSignal): Promise<RemoteTest>;
  /** How many images may be under way at once by what is known of the other side by now; left out: what the driver says. */
  readonly parallel?: number;
  /**
   * Whether the other side compares what comes with the SHA-256 it is told, and keeps nothing else: then a file is not read once
   * more before it leaves, and `examine` tells what is wrong with it when it is not taken.
   */
  readonly compares?: boolean;
  /** Whether it asks `staying` itself about every item when its turn has come: then nobody asks before. */
  readonly asksInTurn?: boolean;
  /** Cheap: whether it would make sense to send now. Null when it would. */
  probe(signal: AbortSignal): Promise<Trouble | null>;
  /** Hears what comes next, so that it can negotiate for all of it. */
  announce?(items: readonly Outgoing[]): void;
  send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome>;
  /**
   * For kinds whose proof comes by itself at some time: takes in what has come, and tells which items it is about. The others
   * are not asked about.
   */
  proofCome?(signal: AbortSignal): Promise<(item: ItemPlace) => boolean>;
  /** Seeks proof for what has arrived; one answer for each, in order. Only asked of drivers with proofs. */
  prove?(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]>;
  /** Nothing of a transaction waits any more: protocols that end transactions say so now. May be asked again after a restart. */
  finish?(transaction: EndedTransaction, signal: AbortSignal): Promise<Trouble | null>;
  query?(question: Query, signal: AbortSignal): Promise<QueryAnswer>;
  /** Fetches instances; each is handed to `take` as a file and counts only when that has answered. */
  retrieve?(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null>;
  /** Fetches what the other side has ready for this archive, until there is nothing more. */
  fetchWaiting?(hands: IncomingHands, signal: AbortSignal): Promise<Trouble | null>;
  /** Who a patient may be there, best first; by the words of a person, or by the card when they are empty. Throws HttpFailure. */
  candidates?(person: Person, words: string, signal: AbortSignal): Promise<readonly RemotePatient[]>;
  /** What it holds of a patient. Throws HttpFailure. */
  filesOf?(remotePatient: string, signal: AbortSignal): Promise<readonly RemoteFile[]>;
  /**
   * Whether an image that cannot be sent any more is there by a try that was not answered or not written down: what of it is there is
   * ours from now on. Throws HttpFailure.
   */
  isThere?(image: ImageId, signal: AbortSignal): Promise<boolean>;
  /** Takes an image away again; false when it is not there. Throws HttpFailure. */
  withdraw?(image: ImageId, signal: AbortSignal): Promise<boolean>;
  /**
   * Takes away an older version of an image of which the newer one is proven: only what was made from here and stands for nothing
   * else. True when it is not there any more, however often it is asked. Throws HttpFailure.
   */
  withdrawOlder?(older: ImageId, newer: ImageId, signal: AbortSignal): Promise<boolean>;
  /** Fetches what it has besides instances, handing each thing over as it comes. Throws HttpFailure. */
  fetchBack?(what: Fetchable, into: FetchSink, signal: AbortSignal): Promise<void>;
  /** Puts a report on a series there, unless it is there already. Throws HttpFailure. */
  sendEntry?(series: SentSeries, entry: OutgoingEntry, signal: AbortSignal): Promise<'sent' | 'there'>;
  close(): Promise<void>;
}

export interface SendHooks {
  readonly signal: AbortSignal;
  /** Bytes that have left. */
  progress(bytes: number): void;
  /** Where an interrupted transfer goes on; null at the first try. */
  readonly resume: string | null;
  /** Keeps such a place. */
  keepPlace(token: string): void;
  /**
   * Asks the gate, for drivers that let an item wait behind others: null when it may leave still, otherwise what becomes of it,
   * and it must not be sent.
   */
  staying(): Promise<SendOutcome> | null;
}

/** Why it does not go on now, in words of the catalogue. */
export interface Trouble {
  readonly code: ErrorCode;
  readonly details?: ErrorDetails;
  /** The remote said when to come back. */
  readonly afterMs?: number;
  /** Only a person can help (a wrong password, a certificate): it is shown as such, and still tried again from time to time. */
  readonly person?: boolean;
}

export type SendOutcome =
  /** The remote has taken it; with proof if the answer is proof already. */
  | { readonly kind: 'arrived'; readonly proof: Proof | null; readonly gone?: readonly ImageId[] }
  /** It may pass: `whole` means the remote as such, otherwise only this item waits. */
  | { readonly kind: 'later'; readonly whole: boolean; readonly trouble: Trouble }
  /** For good: this item will not be taken. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly details?: ErrorDetails }
  /** A person has to decide about this item. */
  | { readonly kind: 'parked'; readonly code: ErrorCode; readonly details?: ErrorDetails };

export interface Proof {
  readonly kind: ProofKind;
  /** What was compared, in few technical words without anything personal. */
  readonly note: string;
}

export type ProofOutcome =
  /** `gone`: older versions that are certainly not there any more. */
  | { readonly kind: 'proven'; readonly proof: Proof; readonly gone?: readonly ImageId[] }
  /** Not to be seen yet; asked again later. */
  | { readonly kind: 'unknown' }
  /** It was asked and does not name it, which may only be a matter of time: after some such answers it is sent again. */
  | { readonly kind: 'notListed' }
  /** It is certainly not there: sent again. */
  | { readonly kind: 'missing' }
  /** Something else is there under its name. */
  | { readonly kind: 'conflict' }
  /** The other side has looked at it since and will not have it. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly details?: ErrorDetails }
  | { readonly kind: 'later'; readonly trouble: Trouble };

/** Whose transaction an item belongs to. */
export interface TransactionFacts {
  readonly transaction: TransactionKey;
  /** Grows with every transaction of this archive and is never used again. */
  readonly number: number;
  readonly total: number;
}

/** A transaction of which nothing waits any more. */
export interface EndedTransaction extends TransactionFacts {
  /** Items that the remote has taken; the others were refused, parked or cancelled. */
  readonly delivered: number;
}

/** Which item of which transaction; positions count from 1. */
export interface ItemPlace {
  readonly transaction: TransactionKey;
  readonly position: number;
}

/** What is known of an image without reading it; attributes are those of the file that leaves (anonymised or not). */
export interface OutgoingFacts {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly TransferSyntaxUID: string;
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly PatientID: string;
  readonly PatientName: string;
  readonly PatientBirthDate: string;
  readonly PatientSex: string;
  readonly Modality: string;
  /** `headshot`, `xray` ... or the clinic's own word; empty when it has none. */
  readonly kindOfPicture: string;
  readonly takenAt: string | null;
  readonly fileName: string;
}

/** The DICOM file (PS3.10) of an image on its way, or an attached file. */
export interface OutgoingFile {
  /** The file from an offset on. */
  open(from?: number): Readable;
  /** The whole file where it is small and was read already; left out or null: it has to be opened. */
  readonly held?: Buffer | null;
  /** Opens it to be read from any place into given memory; left out or null where something stands in the way of its bytes. */
  readonly openPlaces?: (() => Promise<FileHandle>) | null;
}

/** One image on its way to one remote. */
export interface Outgoing extends TransactionFacts, OutgoingFile {
  /** From 1. */
  readonly position: number;
  /** SHA-256 of the image as it lies here, or of the attached file. */
  readonly image: ImageId;
  /** Set when it is no image but a file attached to a patient; only drivers that take files get one. */
  readonly attached: AttachedFile | null;
  readonly anonymised: boolean;
  readonly bytes: number;
  /** SHA-256 of the bytes that `open` gives. */
  readonly sha256: string;
  /** MD5 of the same, made in a worker, for servers that tell no other. Throws FILE_UNREADABLE, DISK_*, TIMED_OUT, WORKER_DIED, CANCELLED. */
  md5(signal: AbortSignal): Promise<string>;
  readonly facts: OutgoingFacts;
  /** Reads the stored file: why it cannot be sent (OBJECT_DAMAGED when it is not what was stored any more); null when it can. */
  examine(): Promise<Extract<SendOutcome, { kind: 'refused' }> | null>;
  /**
   * The same image in a plain transfer syntax, its pixels decoded where they are compressed; it lasts as long as the item. Throws
   * PIXELS_*, OBJECT_*, DISK_*, TIMED_OUT, WORKER_DIED, CANCELLED.
   */
  transcoded(transferSyntaxUID: PlainTransferSyntax, signal: AbortSignal): Promise<OutgoingFile>;
  /** The photo or document it was made from, byte for byte; null when it came as DICOM or is anonymised. */
  readonly original: OriginalFile | null;
  /** Older versions of the same image that this remote was given and that the ledger still has there, the latest first. */
  readonly older: readonly OlderVersion[];
}

/** An older version of an image, as it was sent. */
export interface OlderVersion {
  readonly image: ImageId;
  readonly facts: Pick<OutgoingFacts, 'PatientID' | 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID'>;
  /** The file; null when it is not here any more, so that nothing can be compared with it. */
  readonly open: (() => Readable) | null;
}

/** A file attached to a patient; its bytes are those of the item, its name and type those of `original`. */
export interface AttachedFile {
  readonly attachment: AttachmentKey;
  readonly patient: PatientKey;
  readonly IssuerOfPatientID: string;
  readonly description: string;
  /** Shown first here. */
  readonly pinned: boolean;
  readonly cases: readonly AttachedCase[];
}

/** A study, or a visit to a clinic, that an attached file belongs to. */
export interface AttachedCase {
  /** Tells it from all others of the patient, the same on every laptop. */
  readonly key: string;
  /** What it is called; may be empty. */
  readonly name: string;
  /** YYYY-MM-DD; null when it has no day. */
  readonly day: string | null;
}

export interface OriginalFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  open(from?: number): Readable;
}

export interface Query {
  readonly level: 'patient' | 'study' | 'series' | 'image';
  readonly match: readonly { readonly keyword: string; readonly value: string }[];
  readonly limit: number;
}
export type QueryAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly Readonly<Record<string, string>>[]; readonly more: boolean }
  | { readonly kind: 'later'; readonly trouble: Trouble };

export interface Retrieval {
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID?: string | undefined;
  readonly SOPInstanceUID?: string | undefined;
  readonly PatientID?: string | undefined;
}

/**
 * Takes a complete DICOM file (it may be moved away); answers when it is durable. `named`: how the message in which it came without a
 * file names it, where it did.
 */
export type TakeFile = (
  path: string,
  named?: { readonly SOPClassUID: string; readonly SOPInstanceUID: string },
) => Promise<void>;

/** An image that the other side has for this archive, by its own numbers. */
export interface IncomingImage {
  readonly number: number;
  readonly sequence: number;
  readonly total: number;
}

/** A file for bytes on their way here. */
export interface IncomingFile {
  readonly path: string;
  /** What is in it already from a try that broke off. */
  readonly bytes: number;
  release(): void;
}

/** What became of an image that was handed in. */
export interface IncomingAnswer {
  /** Why it cannot be taken, for good. */
  readonly rejected: ErrorCode | null;
  /** How many of its transaction have come by now. */
  readonly received: number;
}

/** How a driver hands in what the other side has for this archive. */
export interface IncomingHands {
  /** A file; the same one for the same name, so that a transfer can go on. Without a name it is a new one. */
  file(name: string | null): Promise<IncomingFile>;
  /** Stores a complete file and takes it away. `sha256`: what its bytes must have, if the other side says so. Throws what may pass. */
  take(image: IncomingImage, path: string, sha256: string | null): Promise<IncomingAnswer>;
  /** Books an image of which the other side sends no usable file. */
  reject(image: IncomingImage, code: ErrorCode): Promise<IncomingAnswer>;
}

/** A driver of any kind, as the registry holds it. */
export type AnyDriver = { [K in RemoteKind]: RemoteDriver<K> }[RemoteKind];
