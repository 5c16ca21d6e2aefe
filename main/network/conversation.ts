import { type Association, AssociationError, type Context, type Message } from './association';
import { type Command, CommandField } from './command';
import { commitmentReport } from './commitment';
import { encodeIdentifier, readIdentifier } from './identifier';
import type { Caller, FoundInstance, MoveDestination, QueryRequest, ServiceProvider } from './provider';
import { MoveTarget } from './move-target';
import { ServiceUser } from './scu';
import { Status } from './status';
import { sendInstance, type SubOperation, Tally } from './sub-operation';
import { Services } from './uids';

/** All that is asked on one association. */
export class Conversation {
  constructor(
    private readonly association: Association,
    private readonly caller: Caller,
    private readonly provider: ServiceProvider,
  ) {}

  async run(): Promise<void> {
    for (let message = await this.association.next(); message !== null; message = await this.association.next())
      await this.answer(message);
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
      case CommandField.CancelRequest:
        return; // what it is about has ended already
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

  private async find(message: Message, context: Context): Promise<void> {
    const request = await this.requestOf(message, context);
    if (typeof request === 'number') return this.respond(message, CommandField.FindResponse, { Status: request });
    const matches = this.provider.find(request);
    const status = await this.safely(async () => {
      for (;;) {
        const next = await matches.next();
        if (next.done === true) return next.value;
        await this.respond(
          message,
          CommandField.FindResponse,
          { Status: Status.Pending },
          encodeIdentifier(next.value, context.transferSyntax),
        );
      }
    });
    return this.respond(message, CommandField.FindResponse, { Status: status });
  }

  private async get(message: Message, context: Context): Promise<void> {
    const found = await this.selected(message, context, null);
    if (typeof found === 'number') return this.respond(message, CommandField.GetResponse, { Status: found });
    const user = new ServiceUser(this.association);
    await this.sendAll(message, context, CommandField.GetResponse, found, (instance) => sendInstance(user, instance));
  }

  private async move(message: Message, context: Context): Promise<void> {
    const { MoveDestination: AETitle = '', MessageID: messageId = 0 } = message.command;
    const found = await this.selected(message, context, AETitle);
    if (typeof found === 'number') return this.respond(message, CommandField.MoveResponse, { Status: found });
    const to = await this.destination(AETitle);
    if (typeof to === 'number') return this.respond(message, CommandField.MoveResponse, { Status: to });
    const origin = { AETitle: this.caller.callingAETitle, messageId };
    const target = new MoveTarget({ ...to, calledAETitle: AETitle }, origin, found);
    try {
      await this.sendAll(message, context, CommandField.MoveResponse, target.inOrder, (each) => target.send(each));
    } finally {
      await target.close();
    }
  }

  private async destination(AETitle: string): Promise<MoveDestination | number> {
    try {
      return (await this.provider.destination(AETitle)) ?? Status.MoveDestinationUnknown;
    } catch (error) {
      this.provider.onFault(error); // such as a key of this laptop that cannot be read
      return Status.CannotUnderstand;
    }
  }

  /** Sends instance by instance, telling after each how far it has come (PS3.4 C.4.2.3, C.4.3.3). */
  private async sendAll(
    message: Message,
    context: Context,
    field: number,
    found: readonly FoundInstance[],
    send: (instance: FoundInstance) => Promise<SubOperation>,
  ): Promise<void> {
    const tally = new Tally();
    for (const [at, instance] of found.entries()) {
      tally.note(await this.sent(send, instance), instance.SOPInstanceUID);
      const remaining = found.length - at - 1;
      if (remaining > 0) await this.respond(message, field, { Status: Status.Pending, ...tally.command(remaining) });
    }
    const { status, failures } = tally;
    const identifier = failures === null ? null : encodeIdentifier(failures, context.transferSyntax);
    await this.respond(message, field, { Status: status, ...tally.command(null) }, identifier);
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

  private async selected(
    message: Message,
    context: Context,
    destination: string | null,
  ): Promise<readonly FoundInstance[] | number> {
    const request = await this.requestOf(message, context);
    if (typeof request === 'number') return request;
    try {
      return await this.provider.select(request, destination);
    } catch (error) {
      this.provider.onFault(error);
      return Status.CannotUnderstand;
    }
  }

  private async commitment(message: Message, context: Context): Promise<void> {
    const request = await this.requestOf(message, context);
    const { RequestedSOPClassUID, RequestedSOPInstanceUID, ActionTypeID } = message.command;
    const echoed = {
      ...(RequestedSOPClassUID !== undefined && { AffectedSOPClassUID: RequestedSOPClassUID }),
      ...(RequestedSOPInstanceUID !== undefined && { AffectedSOPInstanceUID: RequestedSOPInstanceUID }),
      ...(ActionTypeID !== undefined && { ActionTypeID }),
    };
    if (typeof request === 'number')
      return this.respond(message, CommandField.ActionResponse, { ...echoed, Status: request });
    await this.respond(message, CommandField.ActionResponse, { ...echoed, Status: Status.Success });
    const { report, eventType } = await commitmentReport(request.identifier, (items) => this.provider.commit(items));
    await this.association.send(
      context.id,
      {
        CommandField: CommandField.EventReportRequest,
        AffectedSOPClassUID: Services.StorageCommitment,
        AffectedSOPInstanceUID: Services.StorageCommitmentInstance,
        MessageID: 1,
        EventTypeID: eventType,
      },
      encodeIdentifier(report, context.transferSyntax),
    );
    await this.association.next(); // N-EVENT-REPORT-RSP; a peer that has gone away meanwhile has its answer all the same
  }

  /** A report over an association of its own: the peer that was asked has become the one that calls (PS3.4 J.3.3). */
  private async eventReport(message: Message, context: Context): Promise<void> {
    const request = await this.requestOf(message, context);
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

  private async requestOf(message: Message, context: Context): Promise<QueryRequest | number> {
    if (message.data === null) return Status.CannotUnderstand;
    try {
      const identifier = await readIdentifier(message.data, context.transferSyntax);
      return {
        sopClass: context.abstractSyntax,
        identifier,
        caller: this.caller,
        signal: new AbortController().signal,
      };
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
