import type { Readable } from 'node:stream';
import type { DataSetView } from '../dicom/model';
import type { PlainTransferSyntax } from '../dicom/transcode';
import type { DataSetBuilder } from '../dicom/writer';
import type { CommitmentEvent, ReferencedInstance } from './commitment';
import type { Tls } from './connect';
import type { Rejection } from './pdu';
import type { ReceivedInstance } from './scu';

/** Who is calling. */
export interface Caller {
  readonly callingAETitle: string;
  readonly calledAETitle: string;
  readonly address: string;
}

/** An instance that a query found, ready to be sent. */
export interface FoundInstance {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly transferSyntax: string;
  open(): Readable;
  /** The same in a plain transfer syntax; null when it may not go so, or its pixels cannot be decoded. */
  inPlain(transferSyntax: PlainTransferSyntax): Promise<PlainInstance | null>;
}

/** What a C-MOVE or C-GET wants. */
export interface Selection {
  readonly found: readonly FoundInstance[];
  /** SOP Instance UIDs of what it wants too and may not be given; these sub-operations fail. */
  readonly withheld: readonly string[];
}

/** A data set made for one receiver, and gone when it has been sent. */
export interface PlainInstance {
  open(): Readable;
  remove(): Promise<void>;
}

/** Where a C-MOVE sends to, and how. */
export interface MoveDestination {
  readonly host: string;
  readonly port: number;
  readonly callingAETitle: string;
  /** Null: not encrypted. */
  readonly tls: Tls | null;
}

export interface QueryRequest {
  readonly sopClass: string;
  readonly identifier: DataSetView;
  readonly caller: Caller;
  /** Aborted when the caller cancels. */
  readonly signal: AbortSignal;
}

/** What stands behind the server. None of them throws on purpose; what is thrown is answered as a processing failure. */
export interface ServiceProvider {
  /** Null admits the caller. */
  admit(caller: Caller): Rejection | null;
  /**
   * Which transfer syntaxes are taken for instances of a storage class, best first; empty: the class is not taken. `fetches`: the
   * caller wants to be sent such instances (PS3.7 D.3.3.4, SCP role).
   */
  storageSyntaxes(sopClass: string, proposed: readonly string[], caller: Caller, fetches: boolean): readonly string[];
  store(instance: ReceivedInstance, caller: Caller): Promise<number>;
  /** Matches of a C-FIND; ends with the final status. */
  find(request: QueryRequest): AsyncGenerator<DataSetBuilder, number>;
  /**
   * What a C-MOVE or C-GET wants, ready for whom it goes to: the move destination, or null for the caller; a status when it
   * cannot be told, or was cancelled.
   */
  select(request: QueryRequest, destination: string | null): Promise<Selection | number>;
  /** Where a peer listens: a C-MOVE may send to it, and reports are told there; null for an unknown one. */
  destination(AETitle: string): Promise<MoveDestination | null>;
  /** Storage commitment (PS3.4 J.3.2): what of these is kept here. */
  commit(instances: readonly ReferencedInstance[]): Promise<readonly boolean[]>;
  /** The peer could not be told what is kept of what it has asked about. */
  untold(event: CommitmentEvent, caller: Caller): Promise<void>;
  /** The report of a commitment that this side has asked for (PS3.4 J.3.3); gives the status of the answer. */
  reported(report: DataSetView, caller: Caller): Promise<number>;
  onFault(error: unknown): void;
}
