import type { DataSetView } from '../dicom/model';
import { DataSetBuilder } from '../dicom/writer';
import { type Association, AssociationError, type Context, type Message } from './association';
import { type Command, CommandField } from './command';
import { encodeIdentifier, readIdentifier } from './identifier';
import type { DataSetBytes } from './message-writer';
import { isPending, Status } from './status';
import { Services } from './uids';

const MEDIUM_PRIORITY = 0;

/** The operations a service class user asks for on an association (PS3.7 9.1); each message has a number of its own. */
export class ServiceUser {
  private messageId = 0;

  constructor(readonly association: Association) {}

  /** C-ECHO (PS3.7 9.1.5); gives the status. Throws AssociationError. */
  async echo(): Promise<number> {
    const context = this.context(Services.Verification);
    const id = this.nextId();
    await this.association.send(context.id, {
      CommandField: CommandField.EchoRequest,
      AffectedSOPClassUID: Services.Verification,
      MessageID: id,
    });
    return (await this.answer(id)).Status ?? Status.ProcessingFailure;
  }

  /** C-STORE (PS3.7 9.1.1) of a data set that is encoded as the context says; gives the status. Throws AssociationError. */
  async store(
    context: Context,
    instance: {
      readonly SOPClassUID: string;
      readonly SOPInstanceUID: string;
      readonly dataset: DataSetBytes;
    },
    origin?: { readonly AETitle: string; readonly messageId: number },
  ): Promise<number> {
    const id = this.nextId();
    await this.association.send(
      context.id,
      {
        CommandField: CommandField.StoreRequest,
        AffectedSOPClassUID: instance.SOPClassUID,
        AffectedSOPInstanceUID: instance.SOPInstanceUID,
        MessageID: id,
        Priority: MEDIUM_PRIORITY,
        ...(origin && {
          MoveOriginatorApplicationEntityTitle: origin.AETitle,
          MoveOriginatorMessageID: origin.messageId,
        }),
      },
      instance.dataset,
    );
    return (await this.answer(id)).Status ?? Status.ProcessingFailure;
  }

  /** C-FIND (PS3.7 9.1.2): the matches as they come, then the final status. Throws AssociationError. */
  async *find(sopClass: string, question: DataSetBuilder): AsyncGenerator<DataSetView, number> {
    const context = this.context(sopClass);
    const id = this.nextId();
    await this.association.send(
      context.id,
      {
        CommandField: CommandField.FindRequest,
        AffectedSOPClassUID: sopClass,
        MessageID: id,
        Priority: MEDIUM_PRIORITY,
      },
      encodeIdentifier(question, context.transferSyntax),
    );
    for (;;) {
      const message = await this.response(id);
      const status = message.command.Status ?? Status.ProcessingFailure;
      if (!isPending(status)) return status;
      if (message.data !== null) yield await readIdentifier(message.data, context.transferSyntax);
    }
  }

  /** Asks the peer to stop answering (PS3.7 9.3.2.3). */
  async cancel(sopClass: string): Promise<void> {
    const context = this.context(sopClass);
    await this.association.send(context.id, {
      CommandField: CommandField.CancelRequest,
      MessageIDBeingRespondedTo: this.messageId,
    });
  }

  /** C-MOVE (PS3.7 9.1.4): the peer sends to `destination`, over an association of its own. Gives the last response. */
  async move(
    sopClass: string,
    destination: string,
    question: DataSetBuilder,
    onProgress: (command: Command) => void,
  ): Promise<Command> {
    const context = this.context(sopClass);
    const id = this.nextId();
    await this.association.send(
      context.id,
      {
        CommandField: CommandField.MoveRequest,
        AffectedSOPClassUID: sopClass,
        MessageID: id,
        Priority: MEDIUM_PRIORITY,
        MoveDestination: destination,
      },
      encodeIdentifier(question, context.transferSyntax),
    );
    for (;;) {
      const { command } = await this.response(id);
      if (!isPending(command.Status ?? Status.ProcessingFailure)) return command;
      onProgress(command);
    }
  }

  /**
   * C-GET (PS3.7 9.1.3): the peer sends over this association; `take` gets each instance and answers with a status. Gives the last
   * response. Throws AssociationError.
   */
  async get(
    sopClass: string,
    question: DataSetBuilder,
    take: (instance: ReceivedInstance) => Promise<number>,
  ): Promise<Command> {
    const context = this.context(sopClass);
    const id = this.nextId();
    await this.association.send(
      context.id,
      {
        CommandField: CommandField.GetRequest,
        AffectedSOPClassUID: sopClass,
        MessageID: id,
        Priority: MEDIUM_PRIORITY,
      },
      encodeIdentifier(question, context.transferSyntax),
    );
    for (;;) {
      const message = await this.next();
      const { command } = message;
      if (command.CommandField === CommandField.StoreRequest) await this.takeOne(message, take);
      else if (!isPending(command.Status ?? Status.ProcessingFailure)) return command;
    }
  }

  /** N-ACTION (PS3.7 10.1.4) of storage commitment (PS3.4 J.3.2); gives the status. Throws AssociationError. */
  async requestCommitment(
    transactionUID: string,
    instances: readonly { readonly SOPClassUID: string; readonly SOPInstanceUID: string }[],
  ): Promise<number> {
    const context = this.context(Services.StorageCommitment);
    const id = this.nextId();
    const information = new DataSetBuilder().set('TransactionUID', transactionUID).set(
      'ReferencedSOPSequence',
      instances.map((instance) =>
        new DataSetBuilder()
          .set('ReferencedSOPClassUID', instance.SOPClassUID)
          .set('ReferencedSOPInstanceUID', instance.SOPInstanceUID),
      ),
    );
    await this.association.send(
      context.id,
      {
        CommandField: CommandField.ActionRequest,
        RequestedSOPClassUID: Services.StorageCommitment,
        RequestedSOPInstanceUID: Services.StorageCommitmentInstance,
        MessageID: id,
        ActionTypeID: 1,
      },
      encodeIdentifier(information, context.transferSyntax),
    );
    return (await this.answer(id)).Status ?? Status.ProcessingFailure;
  }

  /** Waits for the N-EVENT-REPORT of a commitment on the same association (PS3.4 J.3.3), and answers it. */
  async awaitReport(): Promise<DataSetView | null> {
    const message = await this.association.next();
    if (message?.command.CommandField !== CommandField.EventReportRequest || message.data === null) return null;
    const syntax = this.association.contexts.get(message.contextId)?.transferSyntax ?? '';
    const report = await readIdentifier(message.data, syntax);
    const { MessageID, AffectedSOPClassUID, AffectedSOPInstanceUID, EventTypeID } = message.command;
    await this.association.send(message.contextId, {
      CommandField: CommandField.EventReportResponse,
      Status: Status.Success,
      ...(MessageID !== undefined && { MessageIDBeingRespondedTo: MessageID }),
      ...(AffectedSOPClassUID !== undefined && { AffectedSOPClassUID }),
      ...(AffectedSOPInstanceUID !== undefined && { AffectedSOPInstanceUID }),
      ...(EventTypeID !== undefined && { EventTypeID }),
    });
    return report;
  }

  private async takeOne(message: Message, take: (instance: ReceivedInstance) => Promise<number>): Promise<void> {
    const { command, contextId, data } = message;
    const context = this.association.contexts.get(contextId);
    const { AffectedSOPClassUID = '', AffectedSOPInstanceUID = '', MessageID = 0 } = command;
    const status =
      context === undefined || data === null
        ? Status.CannotUnderstand
        : await take({
            SOPClassUID: AffectedSOPClassUID,
            SOPInstanceUID: AffectedSOPInstanceUID,
            transferSyntax: context.transferSyntax,
            data,
          });
    await this.association.send(contextId, {
      CommandField: CommandField.StoreResponse,
      AffectedSOPClassUID,
      AffectedSOPInstanceUID,
      MessageIDBeingRespondedTo: MessageID,
      Status: status,
    });
  }

  private context(abstractSyntax: string): Context {
    const context = this.association.contextFor(abstractSyntax);
    if (!context) throw new AssociationError({ kind: 'malformed', what: 'no presentation context' });
    return context;
  }

  private nextId(): number {
    this.messageId = (this.messageId % 0xffff) + 1;
    return this.messageId;
  }

  private async answer(id: number): Promise<Command> {
    return (await this.response(id)).command;
  }

  /** The next message that answers this one. */
  private async response(id: number): Promise<Message> {
    const message = await this.next();
    if (message.command.MessageIDBeingRespondedTo !== id)
      throw new AssociationError({ kind: 'malformed', what: 'Message ID Being Responded To' });
    return message;
  }

  private async next(): Promise<Message> {
    const message = await this.association.next();
    if (message === null) throw new AssociationError({ kind: 'broken', code: 'RELEASED' });
    return message;
  }
}

/** An instance as it comes in: the data set alone, in the transfer syntax of the context. */
export interface ReceivedInstance {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly transferSyntax: string;
  readonly data: AsyncIterable<Buffer>;
}
