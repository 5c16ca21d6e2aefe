import { setImmediate } from 'node:timers/promises';
import { type Association, AssociationError, type Context, type Message } from './association';
import { type Command, CommandField } from './command';
import { type CommitmentEvent, commitmentReport, eventReportRequest } from './commitment';
import { encodeIdentifier, readIdentifier } from './identifier';
import type { Caller, FoundInstance, MoveDestination, QueryRequest, Selection, ServiceProvider } from './provider';
import { MoveTarget } from './move-target';
import { ServiceUser } from './scu';
import { Status } from './status';
import { sendInstance, type SubOperation, Tally } from './sub-operation';

/** A C-MOVE or C-GET that is being answered. */
interface Retrieval {
  readonly message: Message;
  readonly context: Context;
  /** Of the response. */
  readonly field: number;
  /** Aborted when it is cancelled. */
  readonly signal: AbortSignal;
}

/** All that is asked on one association. */
export class Conversation {
  /** Commitments of which the peer was told here, by Message ID, until it has answered. */
  private readonly told = new Map<number, CommitmentEvent>();
  private lastMessageId = 0;

  constructor(
    private readonly association: Association,
    private readonly caller: Caller,
    private readonly provider: ServiceProvider,
  ) {}

  async run(): Promise<void> {
    for (let message = await this.association.next(); message !== null; message = await this.association.next())
      await this.answer(message);
  }

  /** Commitments of which the peer does not know: it has gone before it was told, or would not hear of it here. */
  get untold(): readonly CommitmentEvent[] {
    return [...this.told.values()];
  }

  private async answer(message: Message): Promise<void> {
    const context = this.association.contexts.get(message.contextId);
    if (!context) {
      this.association.abort();
      return;
    }
    switch (message.command.CommandField) {
      case CommandField.EchoRequest:
        return this.respond(message, CommandField.EchoResponse, { Status: Status.Success });
      case CommandField.StoreRequest:
        return this.store(message, context);
      case CommandField.FindRequest:
        return this.find(message, context);
      case CommandField.MoveRequest:
        return this.move(message, context);
      case CommandField.GetRequest:
        return this.get(message, context);
      case CommandField.ActionRequest:
        return this.commitment(message, context);
      case CommandField.EventReportRequest:
        return this.eventReport(message, context);
      case CommandField.EventReportResponse: {
        const { MessageIDBeingRespondedTo = 0, Status: status } = message.command;
        if (status === Status.Success) this.told.delete(MessageIDBeingRespondedTo);
        return;
      }
      default:
        return this.respond(message, message.command.CommandField | 0x8000, { Status: Status.UnrecognizedOperation });
    }
  }

  private async store(message: Message, context: Context): Promise<void> {
    const { AffectedSOPClassUID = '', AffectedSOPInstanceUID = '' } = message.command;
    const status =
      message.data === null
        ? Status.CannotUnderstand
        : await this.safely(() =>
            this.provider.store(
              {
                SOPClassUID: AffectedSOPClassUID,
                SOPInstanceUID: AffectedSOPInstanceUID,
                transferSyntax: context.transferSyntax,
                data: message.data ?? none(),
              },
              this.caller,
            ),
          );
    await this.respond(message, CommandField.StoreResponse, { AffectedSOPInstanceUID, Status: status });
  }

  private find(message: Message, context: Context): Promise<void> {
    return this.query(message, context, CommandField.FindResponse, async (request) => {
      const status = await this.safely(() => this.tellMatches(message, context, request));
      await this.respond(message, CommandField.FindResponse, { Status: status });
    });
  }

  private async tellMatches(message: Message, context: Context, request: QueryRequest): Promise<number> {
    const matches = this.provider.find(request);
    for (;;) {
      const next = await matches.next();
      if (next.done === true) return next.value;
      if (request.signal.aborted) {
        await matches.return(Status.Cancelled);
        return Status.Cancelled;
      }
      const data = encodeIdentifier(next.value, context.transferSyntax);
      await this.respond(message, CommandField.FindResponse, { Status: Status.Pending }, data);
      await setImmediate(); // matches at hand must not keep a C-CANCEL from being heard
    }
  }

  private get(message: Message, context: Context): Promise<void> {
    return this.query(message, context, CommandField.GetResponse, async (request) => {
      const selection = await this.selected(request, null);
      if (typeof selection === 'number') return this.respond(message, CommandField.GetResponse, { Status: selection });
      const user = new ServiceUser(this.association);
      const retrieval = { message, context, field: CommandField.GetResponse, signal: request.signal };
      return this.sendAll(retrieval, selection, (instance) => sendInstance(user, instance));
    });
  }

  private move(message: Message, context: Context): Promise<void> {
    return this.query(message, context, CommandField.MoveResponse, async (request) => {
      const { MoveDestination: AETitle = '', MessageID: messageId = 0 } = message.command;
      const selection = await this.selected(request, AETitle);
      if (typeof selection === 'number') return this.respond(message, CommandField.MoveResponse, { Status: selection });
      const { found, withheld } = selection;
      const to = await this.destination(AETitle);
      if (typeof to === 'number') return this.respond(message, CommandField.MoveResponse, { Status: to });
      const origin = { AETitle: this.caller.callingAETitle, messageId };
      const target = new MoveTarget({ ...to, calledAETitle: AETitle }, origin, found);
      const retrieval = { message, context, field: CommandField.MoveResponse, signal: request.signal };
      try {
        await this.sendAll(retrieval, { found: target.inOrder, withheld }, (each) => target.send(each));
      } finally {
        await target.close();
      }
    });
  }

  private async destination(AETitle: string): Promise<MoveDestination | number> {
    try {
      return (await this.provider.destination(AETitle)) ?? Status.MoveDestinationUnknown;
    } catch (error) {
      this.provider.onFault(error); // such as a key of this laptop that cannot be read
      return Status.CannotUnderstand;
    }
  }

  /**
   * Sends instance by instance, telling after each how far it has come (PS3.4 C.4.2.3, C.4.3.3). Cancelled, the one that is under
   * way is finished, and what remains is counted. What may not be given has failed before.
   */
  private async sendAll(
    { message, context, field, signal }: Retrieval,
    { found, withheld }: Selection,
    send: (instance: FoundInstance) => Promise<SubOperation>,
  ): Promise<void> {
    const tally = new Tally();
    for (const SOPInstanceUID of withheld) tally.note('failed', SOPInstanceUID);
    let remaining = found.length;
    for (const instance of found) {
      if (signal.aborted) break;
      tally.note(await this.sent(send, instance), instance.SOPInstanceUID);
      remaining -= 1;
      if (remaining > 0) await this.respond(message, field, { Status: Status.Pending, ...tally.command(remaining) });
    }
    const { status, failures } = tally;
    const identifier = failures === null ? null : encodeIdentifier(failures, context.transferSyntax);
    const answer =
      remaining > 0
        ? { Status: Status.Cancelled, ...tally.command(remaining) }
        : { Status: status, ...tally.command(null) };
    await this.respond(message, field, answer, identifier);
  }

  private async sent(
    send: (instance: FoundInstance) => Promise<SubOperation>,
    instance: FoundInstance,
  ): Promise<SubOperation> {
    try {
      return await send(instance);
    } catch (error) {
      if (!(error instanceof AssociationError)) this.provider.onFault(error);
      return 'failed'; // when the receiver is gone each of the others fails as quickly
    }
  }

  private async selected(request: QueryRequest, destination: string | null): Promise<Selection | number> {
    try {
      return await this.provider.select(request, destination);
    } catch (error) {
      this.provider.onFault(error);
      return Status.CannotUnderstand;
    }
  }

  /** Answers a question that may be cancelled until it is answered; one that cannot be read is answered with its status. */
  private async query(
    message: Message,
    context: Context,
    field: number,
    answer: (request: QueryRequest) => Promise<void>,
  ): Promise<void> {
    const asked = await this.asked(message, context);
    if (typeof asked === 'number') return this.respond(message, field, { Status: asked });
    return this.association.cancellable(message.command.MessageID, (signal) => answer({ ...asked, signal }));
  }

  private async commitment(message: Message, context: Context): Promise<void> {
    const request = await this.asked(message, context);
    const { RequestedSOPClassUID, RequestedSOPInstanceUID, ActionTypeID } = message.command;
    const echoed = {
      ...(RequestedSOPClassUID !== undefined && { AffectedSOPClassUID: RequestedSOPClassUID }),
      ...(RequestedSOPInstanceUID !== undefined && { AffectedSOPInstanceUID: RequestedSOPInstanceUID }),
      ...(ActionTypeID !== undefined && { ActionTypeID }),
    };
    if (typeof request === 'number')
      return this.respond(message, CommandField.ActionResponse, { ...echoed, Status: request });
    await this.respond(message, CommandField.ActionResponse, { ...echoed, Status: Status.Success });
    const event = await commitmentReport(request.identifier, (items) => this.provider.commit(items));
    this.lastMessageId += 1;
    this.told.set(this.lastMessageId, event);
    await this.association.send(
      context.id,
      eventReportRequest(this.lastMessageId, event),
      encodeIdentifier(event.report, context.transferSyntax),
    );
  }

  /** A report over an association of its own: the peer that was asked has become the one that calls (PS3.4 J.3.3). */
  private async eventReport(message: Message, context: Context): Promise<void> {
    const request = await this.asked(message, context);
    const { AffectedSOPInstanceUID, EventTypeID } = message.command;
    const status =
      typeof request === 'number'
        ? request
        : await this.safely(() => this.provider.reported(request.identifier, this.caller));
    await this.respond(message, CommandField.EventReportResponse, {
      ...(AffectedSOPInstanceUID !== undefined && { AffectedSOPInstanceUID }),
      ...(EventTypeID !== undefined && { EventTypeID }),
      Status: status,
    });
  }

  private async asked(message: Message, context: Context): Promise<Omit<QueryRequest, 'signal'> | number> {
    if (message.data === null) return Status.CannotUnderstand;
    try {
      const identifier = await readIdentifier(message.data, context.transferSyntax);
      return { sopClass: context.abstractSyntax, identifier, caller: this.caller };
    } catch (error) {
      if (error instanceof AssociationError) throw error;
      return Status.DataSetDoesNotMatchSOPClass; // what cannot be read is no question
    }
  }

  private async respond(
    message: Message,
    field: number,
    answer: Partial<Command>,
    data: Uint8Array | null = null,
  ): Promise<void> {
    const { MessageID, AffectedSOPClassUID } = message.command;
    await this.association.send(
      message.contextId,
      {
        CommandField: field,
        ...(MessageID !== undefined && { MessageIDBeingRespondedTo: MessageID }),
        ...(AffectedSOPClassUID !== undefined && { AffectedSOPClassUID }),
        ...answer,
      },
      data,
    );
  }

  private async safely(work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AssociationError) throw error;
      this.provider.onFault(error);
      return Status.ProcessingFailure;
    }
  }
}

async function* none(): AsyncGenerator<Buffer> {
  // a message without a data set
}
