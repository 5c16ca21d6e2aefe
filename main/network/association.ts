import type { Socket } from 'node:net';
import type { PlainTransferSyntax } from '../dicom/transcode';
import { type Command, CommandField, decodeCommand, encodeCommand } from './command';
import { connected, type ConnectOptions } from './connect';
import { AssociationError, faultOf } from './fault';
import { type DataSetBytes, MessageWriter } from './message-writer';
import {
  type AssociateRequest,
  decodeAssociateAccept,
  decodeAssociateRequest,
  decodeData,
  decodeReject,
  encodeAbort,
  encodeAssociateAccept,
  encodeAssociateRequest,
  encodeReject,
  encodeRelease,
  type AnsweredContext,
  PduError,
  PduType,
  type ProposedContext,
  type Rejection,
  type Role,
} from './pdu';
import { nextPdu, type Pdu, pdusOf } from './pdu-stream';
import { PLAIN_SYNTAXES } from './uids';

export { AssociationError } from './fault';

/** The most this side takes in one P-DATA-TF, and the most it sends in one to a peer that has no limit. */
const MAX_PDU = 131_072;
const MAX_COMMAND = 64 * 1024;
const IMPLEMENTATION_VERSION = 'FIELDBOX';
const IMPLEMENTATION_CLASS = '2.25.209178462014986206842917431906211042631';

/** A presentation context both sides agreed on. */
export interface Context {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
}

/** A command that came, with its data set if it has one; the data must be read to its end before the next message is asked for. */
export interface Message {
  readonly contextId: number;
  readonly command: Command;
  readonly data: AsyncIterable<Buffer> | null;
}

export interface RequestOptions extends ConnectOptions {
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly Role[];
  /** Longest silence once it is associated. */
  readonly idleMs?: number;
}

/** What the accepting side decides about a request. */
export type Admission =
  | { readonly kind: 'accept'; readonly contexts: readonly AnsweredContext[]; readonly roles: readonly Role[] }
  | { readonly kind: 'reject'; readonly rejection: Rejection };

/** One association (PS3.8 7), of either side: messages go out and come in until it is released or broken. */
export class Association {
  readonly contexts: ReadonlyMap<number, Context>;
  private readonly incoming: AsyncGenerator<Message, undefined>;
  private readonly messages: MessageWriter;
  private released = false;
  /** The next message, which was read before anybody asked for it. */
  private ahead: Promise<Message | null> | null = null;
  private operation: { readonly messageId: number | undefined; readonly cancel: () => void } | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly pdus: AsyncGenerator<Pdu>,
    private readonly silence: Silence,
    contexts: readonly Context[],
    readonly request: AssociateRequest,
    sendLimit: number,
  ) {
    this.contexts = new Map(contexts.map((context) => [context.id, context]));
    this.incoming = this.readMessages();
    this.messages = new MessageWriter(sendLimit, (bytes) => this.write(bytes));
  }

  /** Asks a peer for an association. Throws AssociationError. */
  static async request(options: RequestOptions): Promise<Association> {
    const request: AssociateRequest = {
      calledAETitle: options.calledAETitle,
      callingAETitle: options.callingAETitle,
      contexts: options.contexts,
      user: { ...OWN_USER, roles: options.roles ?? [] },
    };
    const socket = await connected(options);
    const silence: Silence = { isOwed: true };
    const pdus = pdusOf(socket, () => silence.isOwed);
    try {
      socket.setTimeout(options.connectMs ?? 15_000);
      socket.write(encodeAssociateRequest(request));
      const { type, body } = await nextPdu(pdus);
      if (type === PduType.AssociateReject)
        throw new AssociationError({ kind: 'rejected', rejection: decodeReject(body) });
      if (type === PduType.Abort) throw new AssociationError({ kind: 'aborted' });
      if (type !== PduType.AssociateAccept) throw new PduError('answer to A-ASSOCIATE-RQ');
      const accept = decodeAssociateAccept(body);
      const contexts = accept.contexts.flatMap(({ id, result, transferSyntax }): Context[] => {
        const asked = options.contexts.find((context) => context.id === id);
        return result === 0 && asked ? [{ id, abstractSyntax: asked.abstractSyntax, transferSyntax }] : [];
      });
      socket.setTimeout(options.idleMs ?? 45_000);
      return new Association(socket, pdus, silence, contexts, request, sendLimit(accept.user.maximumLength));
    } catch (error) {
      socket.destroy();
      throw faultOf(error);
    }
  }

  /**
   * Answers a peer that has connected. Gives null when it was rejected. Throws AssociationError: it sent something else, or
   * nothing (PS3.8 9.1.5, ARTIM).
   */
  static async accept(
    socket: Socket,
    admit: (request: AssociateRequest) => Admission,
    limits: { readonly artimMs: number; readonly idleMs: number },
  ): Promise<Association | null> {
    socket.setNoDelay(true);
    socket.setTimeout(limits.artimMs);
    const silence: Silence = { isOwed: true };
    const pdus = pdusOf(socket, () => silence.isOwed);
    try {
      const { type, body } = await nextPdu(pdus);
      if (type !== PduType.AssociateRequest) throw new PduError('first PDU');
      const request = decodeAssociateRequest(body);
      const admission = admit(request);
      if (admission.kind === 'reject') {
        socket.end(encodeReject(admission.rejection));
        return null;
      }
      const { calledAETitle, callingAETitle } = request;
      socket.write(
        encodeAssociateAccept({
          calledAETitle,
          callingAETitle,
          contexts: admission.contexts,
          user: { ...OWN_USER, roles: admission.roles },
        }),
      );
      socket.setTimeout(limits.idleMs);
      const contexts = admission.contexts.flatMap(({ id, result, transferSyntax }): Context[] => {
        const asked = request.contexts.find((context) => context.id === id);
        return result === 0 && asked ? [{ id, abstractSyntax: asked.abstractSyntax, transferSyntax }] : [];
      });
      return new Association(socket, pdus, silence, contexts, request, sendLimit(request.user.maximumLength));
    } catch (error) {
      if (!socket.destroyed) socket.end(encodeAbort(2, 0));
      throw faultOf(error);
    }
  }

  /** The context of an abstract syntax, with this transfer syntax if one is given. */
  contextFor(abstractSyntax: string, transferSyntax?: string): Context | undefined {
    return [...this.contexts.values()].find(
      (context) =>
        context.abstractSyntax === abstractSyntax &&
        (transferSyntax === undefined || context.transferSyntax === transferSyntax),
    );
  }

  /** The context of an abstract syntax in which data sets go that are not compressed, the richer one first. */
  plainContextFor(abstractSyntax: string): (Context & { readonly transferSyntax: PlainTransferSyntax }) | undefined {
    for (const transferSyntax of PLAIN_SYNTAXES) {
      const context = this.contextFor(abstractSyntax, transferSyntax);
      if (context) return { ...context, transferSyntax };
    }
    return undefined;
  }

  /** The next message; null when the peer has released the association. Throws AssociationError. */
  async next(): Promise<Message | null> {
    const ahead = this.ahead ?? this.read();
    this.ahead = null;
    this.silence.isOwed = true;
    const message = await ahead;
    if (message === null && !this.socket.writableEnded) this.socket.end(encodeRelease(PduType.ReleaseResponse));
    if (message?.data === null && this.operation !== null) this.lookAhead();
    return message;
  }

  /**
   * Does what the peer has asked for in a message and may cancel while it is done (C-CANCEL, PS3.7 9.3.2.3, 9.3.3.3, 9.3.4.3):
   * then the signal is aborted. Anything else that comes meanwhile waits until it is asked for.
   */
  async cancellable<T>(messageId: number | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.operation = { messageId, cancel: () => controller.abort() };
    this.lookAhead();
    try {
      return await work(controller.signal);
    } finally {
      this.operation = null;
    }
  }

  /** Sends a command, and a data set in the transfer syntax of the context. Throws AssociationError. */
  async send(contextId: number, command: Command, data: DataSetBytes | null = null): Promise<void> {
    await this.messages.send(contextId, encodeCommand(command, data !== null), data);
  }

  /** Ends it in order (PS3.8 7.2). A peer that does not answer is left. */
  async release(): Promise<void> {
    if (this.released || this.socket.destroyed) return;
    this.released = true;
    try {
      this.socket.setTimeout(5_000);
      await this.write(encodeRelease(PduType.ReleaseRequest));
      for (;;) {
        const { type } = await nextPdu(this.pdus);
        if (type === PduType.ReleaseRequest)
          await this.write(encodeRelease(PduType.ReleaseResponse)); // collision, PS3.8 9.2.3
        else if (type === PduType.ReleaseResponse || type === PduType.Abort) break;
      }
    } catch (error) {
      if (!(error instanceof AssociationError)) throw faultOf(error);
      // It is over either way.
    } finally {
      this.socket.destroy();
    }
  }

  /** Ends it at once. */
  abort(): void {
    if (!this.socket.destroyed) this.socket.end(encodeAbort(0, 0));
    this.socket.destroySoon();
  }

  private lookAhead(): void {
    this.silence.isOwed = false;
    this.ahead = this.read();
    this.ahead.catch(() => undefined); // whoever asks for the message hears of it
  }

  /** The next message that is no C-CANCEL; one of what has ended already says nothing any more. */
  private async read(): Promise<Message | null> {
    for (;;) {
      const next = await this.incoming.next();
      if (next.done === true) return null;
      const { CommandField: field, MessageIDBeingRespondedTo } = next.value.command;
      if (field !== CommandField.CancelRequest) return next.value;
      if (MessageIDBeingRespondedTo === this.operation?.messageId) this.operation?.cancel();
    }
  }

  private async *readMessages(): AsyncGenerator<Message, undefined> {
    const values = this.readValues();
    for (;;) {
      const parts: Buffer[] = [];
      let contextId = 0;
      let bytes = 0;
      for (;;) {
        const next = await values.next();
        if (next.done === true) return undefined;
        const value = next.value;
        if (!value.isCommand || !this.contexts.has(value.contextId)) throw malformed('command expected');
        contextId = value.contextId;
        bytes += value.fragment.length;
        if (bytes > MAX_COMMAND) throw malformed('command length');
        parts.push(value.fragment);
        if (value.isLast) break;
      }
      const { command, hasData } = decoded(Buffer.concat(parts));
      if (!hasData) {
        yield { contextId, command, data: null };
        continue;
      }
      const data = kept(dataOf(values, contextId));
      yield { contextId, command, data };
      for await (const _ of data) continue; // what the receiver did not want
    }
  }

  private async *readValues(): AsyncGenerator<ReturnType<typeof decodeData>[number], undefined> {
    for (;;) {
      const { type, body } = await nextPdu(this.pdus);
      switch (type) {
        case PduType.Data:
          yield* decodeData(body);
          break;
        case PduType.ReleaseRequest:
          this.released = true; // answered when all that was asked before is answered
          return undefined;
        case PduType.Abort:
          this.socket.destroy();
          throw new AssociationError({ kind: 'aborted' });
        default:
          this.abort();
          throw malformed(`PDU ${String(type)}`);
      }
    }
  }

  private write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed || this.socket.writableEnded) {
        reject(new AssociationError({ kind: 'broken', code: 'EPIPE' }));
        return;
      }
      this.socket.write(bytes, (error) => {
        if (error) reject(faultOf(error));
        else resolve();
      });
    });
  }
}

/** Whether the peer is to say something, so that its silence is a fault. */
interface Silence {
  isOwed: boolean;
}

const OWN_USER = {
  maximumLength: MAX_PDU,
  implementationClassUID: IMPLEMENTATION_CLASS,
  implementationVersionName: IMPLEMENTATION_VERSION,
};

function sendLimit(theirs: number): number {
  return theirs === 0 ? MAX_PDU : Math.max(64, Math.min(MAX_PDU, theirs));
}

function malformed(what: string): AssociationError {
  return new AssociationError({ kind: 'malformed', what });
}

function decoded(bytes: Buffer): ReturnType<typeof decodeCommand> {
  try {
    return decodeCommand(bytes);
  } catch (error) {
    throw faultOf(error);
  }
}

async function* dataOf(
  values: AsyncGenerator<ReturnType<typeof decodeData>[number], undefined>,
  contextId: number,
): AsyncGenerator<Buffer> {
  for (;;) {
    const next = await values.next();
    if (next.done === true) throw new AssociationError({ kind: 'broken', code: 'RELEASED' });
    const { isCommand, isLast, fragment } = next.value;
    if (isCommand || next.value.contextId !== contextId) throw malformed('data set expected');
    yield fragment;
    if (isLast) return;
  }
}

/** The same, but not ended by a reader that stops early: what it left is passed over afterwards. */
function kept(data: AsyncGenerator<Buffer>): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => ({ next: () => data.next() }) };
}
