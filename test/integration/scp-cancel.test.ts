import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DataSetBuilder } from '../../main/dicom/writer';
import { Association, type Message } from '../../main/network/association';
import { type Command, CommandField } from '../../main/network/command';
import { encodeIdentifier } from '../../main/network/identifier';
import { DicomServer } from '../../main/network/scp';
import { Status } from '../../main/network/status';
import { ExplicitLE, Services } from '../../main/network/uids';
import { temporaryFolder } from '../fixtures/archive';
import { SECONDARY_CAPTURE } from '../fixtures/instances';
import { machine, serveArchive, startStoreScp } from '../fixtures/scp';

const MESSAGE = 7;
const EVERYBODY = ['-k', 'QueryRetrieveLevel=STUDY', '-k', 'PatientName=name*'];
const IMAGES = ['-k', 'QueryRetrieveLevel=IMAGE', '-k', 'PatientName=name*', '-k', 'SOPInstanceUID'];
/** More than are told or sent before a C-CANCEL over the loopback is read. */
const MANY = 200;

/** The machine KNOWN, which asks message by message. */
async function caller({ port }: DicomServer, sopClass: string) {
  const association = await Association.request({
    host: '127.0.0.1',
    port,
    tls: null,
    calledAETitle: 'FIELDBOX',
    callingAETitle: 'KNOWN',
    contexts: [
      { id: 1, abstractSyntax: sopClass, transferSyntaxes: [ExplicitLE] },
      { id: 3, abstractSyntax: SECONDARY_CAPTURE, transferSyntaxes: [ExplicitLE] },
    ],
    roles: [{ abstractSyntax: SECONDARY_CAPTURE, scu: false, scp: true }],
  });
  onTestFinished(() => association.abort());
  return {
    /** Asks for all images. */
    ask: (field: number, more: Partial<Command> = {}, messageId = MESSAGE) =>
      association.send(
        1,
        { CommandField: field, AffectedSOPClassUID: sopClass, MessageID: messageId, Priority: 0, ...more },
        encodeIdentifier(
          new DataSetBuilder().set('QueryRetrieveLevel', 'IMAGE').set('PatientName', 'name*').set('SOPInstanceUID', ''),
          ExplicitLE,
        ),
      ),
    cancel: (messageId = MESSAGE) =>
      association.send(1, { CommandField: CommandField.CancelRequest, MessageIDBeingRespondedTo: messageId }),
    /** The next message, its data passed over. */
    next: async (): Promise<Message> => {
      const message = await association.next();
      if (message === null) throw new Error('The archive has released the association.');
      for await (const _ of message.data ?? []) continue;
      return message;
    },
    stored: ({ command, contextId }: Message) =>
      association.send(contextId, {
        CommandField: CommandField.StoreResponse,
        MessageIDBeingRespondedTo: command.MessageID ?? 0,
        AffectedSOPClassUID: SECONDARY_CAPTURE,
        AffectedSOPInstanceUID: command.AffectedSOPInstanceUID ?? '',
        Status: Status.Success,
      }),
    release: () => association.release(),
  };
}

/** The numbers of the final response. */
function counts({ command }: Message) {
  const {
    NumberOfRemainingSuboperations: remaining,
    NumberOfCompletedSuboperations: completed,
    NumberOfFailedSuboperations: failed,
    NumberOfWarningSuboperations: warning,
  } = command;
  return { remaining, completed, failed, warning };
}

/** A storage server that does `before` before it answers each image; gives its port and the UIDs that it got. */
async function destination(before: (received: number) => Promise<void>) {
  const received: string[] = [];
  const server = await DicomServer.listen(
    { port: 0, host: '127.0.0.1', tls: null },
    {
      admit: () => null,
      storageSyntaxes: (_, proposed) => proposed,
      store: async ({ SOPInstanceUID, data }) => {
        for await (const _ of data) continue;
        received.push(SOPInstanceUID);
        await before(received.length);
        return Status.Success;
      },
      find: () => {
        throw new Error('Nobody asks it.');
      },
      select: () => Promise.resolve(Status.ProcessingFailure),
      destination: () => Promise.resolve(null),
      commit: () => Promise.resolve([]),
      reported: () => Promise.resolve(Status.ProcessingFailure),
      onFault: (error) => {
        throw error;
      },
    },
  );
  onTestFinished(() => server.close());
  return { port: server.port, received };
}

describe('a retrieval that is cancelled', () => {
  it('by C-GET ends after the image that is under way, and says what it has done and what remains', async () => {
    const { server, faults } = await serveArchive(10);
    // As dcmtk does: the first message of the caller has the number of the first image that it is sent.
    for (const messageId of [1, MESSAGE]) {
      const known = await caller(server, Services.StudyRootGet);
      await known.ask(CommandField.GetRequest, {}, messageId);
      let images = 0;
      let final: Message;
      for (;;) {
        const message = await known.next();
        if (message.command.CommandField === CommandField.StoreRequest) {
          images += 1;
          if (images === 3) await known.cancel(messageId);
          await known.stored(message);
        } else if (message.command.Status !== Status.Pending) {
          final = message;
          break;
        }
      }
      expect(images).toBe(3);
      expect(final.command).toMatchObject({ CommandField: CommandField.GetResponse, Status: Status.Cancelled });
      expect(final.command.MessageIDBeingRespondedTo).toBe(messageId);
      expect(final.data).toBeNull();
      expect(counts(final)).toEqual({ remaining: 7, completed: 3, failed: 0, warning: 0 });
      await known.release();
    }
    expect(faults).toEqual([]);
  });

  it('by C-MOVE ends so too, however the destination is reached, and the association goes on', async () => {
    let cancel = (): Promise<void> => Promise.resolve();
    const there = await destination((received) => (received === 2 ? cancel() : Promise.resolve()));
    const { server, faults } = await serveArchive(MANY, { peers: [machine({ port: there.port })] });
    const known = await caller(server, Services.StudyRootMove);
    cancel = () => known.cancel();
    await known.ask(CommandField.MoveRequest, { MoveDestination: 'KNOWN' });
    let final = await known.next();
    while (final.command.Status === Status.Pending) final = await known.next();
    expect(final.command).toMatchObject({ CommandField: CommandField.MoveResponse, Status: Status.Cancelled });
    const { remaining = 0, completed = 0, failed, warning } = counts(final);
    expect({ failed, warning }).toEqual({ failed: 0, warning: 0 });
    expect(completed).toBeGreaterThanOrEqual(2);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining + completed).toBe(MANY);
    expect(there.received).toHaveLength(completed);

    // A C-CANCEL of what has ended says nothing any more.
    await known.cancel();
    await known.ask(CommandField.MoveRequest, { MoveDestination: 'KNOWN' }, MESSAGE + 1);
    do final = await known.next();
    while (final.command.Status === Status.Pending);
    expect(final.command).toMatchObject({ Status: Status.Success, MessageIDBeingRespondedTo: MESSAGE + 1 });
    expect(counts(final)).toEqual({ remaining: undefined, completed: MANY, failed: 0, warning: 0 });
    await known.release();
    expect(faults).toEqual([]);
  });

  it('before anything was looked up sends nothing', async () => {
    const there = await destination(() => Promise.resolve());
    const { server } = await serveArchive(10, { peers: [machine({ port: there.port })] });
    const known = await caller(server, Services.StudyRootMove);
    await known.ask(CommandField.MoveRequest, { MoveDestination: 'KNOWN' });
    await known.cancel();
    expect((await known.next()).command.Status).toBe(Status.Cancelled);
    expect(there.received).toEqual([]);
  });

  it('is so for movescu too', async () => {
    const { port, folder: there } = await startStoreScp(join(temporaryFolder(), 'there'));
    const { tool, faults } = await serveArchive(MANY, { peers: [machine({ port })] });
    const said = await tool('movescu', '-d', '-S', '-aem', 'KNOWN', '--cancel', '1', ...EVERYBODY, '');
    expect(said).toContain('Sending Cancel Request');
    const last = (what: RegExp): number => Number([...said.matchAll(what)].at(-1)?.[1]);
    expect([...said.matchAll(/DIMSE Status *: (0x[0-9a-f]{4})/g)].at(-1)?.[1]).toBe('0xfe00');
    const completed = last(/Completed Suboperations *: (\d+)/g);
    expect(completed).toBeLessThan(MANY);
    expect(last(/Remaining Suboperations *: (\d+)/g)).toBe(MANY - completed);
    expect(readdirSync(there)).toHaveLength(completed);
    expect(faults).toEqual([]);
  });
});

describe('a question that is cancelled', () => {
  it('is answered no further', async () => {
    const { server } = await serveArchive(MANY);
    const known = await caller(server, Services.StudyRootFind);
    await known.ask(CommandField.FindRequest);
    await known.cancel();
    let matches = 0;
    let final = await known.next();
    for (; final.command.Status === Status.Pending; final = await known.next()) matches += 1;
    expect(final.command).toMatchObject({ CommandField: CommandField.FindResponse, Status: Status.Cancelled });
    expect(matches).toBeLessThan(MANY);
    await known.release();
  });

  it('is so for findscu too', async () => {
    const { tool } = await serveArchive(MANY * 10);
    const said = await tool('findscu', '-S', '--cancel', '1', ...IMAGES, '');
    expect(said).toContain('Received Final Find Response (Cancel');
    expect(said.match(/Find Response: \d+ \(Pending\)/g)?.length).toBeLessThan(MANY * 10);
  });
});
