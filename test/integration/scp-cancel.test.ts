import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CommandField } from '../../main/network/command';
import { DicomServer } from '../../main/network/scp';
import { Status } from '../../main/network/status';
import { Services } from '../../main/network/uids';
import { temporaryFolder } from '../fixtures/archive';
import { countsOf, MESSAGE, queryCaller } from '../fixtures/query-caller';
import { machine, serveArchive, startStoreScp } from '../fixtures/scp';

const EVERYBODY = ['-k', 'QueryRetrieveLevel=STUDY', '-k', 'PatientName=name*'];
const IMAGES = ['-k', 'QueryRetrieveLevel=IMAGE', '-k', 'PatientName=name*', '-k', 'SOPInstanceUID'];
/** More than are told or sent before a C-CANCEL over the loopback is read. */
const MANY = 200;

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
      untold: () => Promise.resolve(),
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
      const known = await queryCaller(server, Services.StudyRootGet);
      await known.ask(CommandField.GetRequest, {}, messageId);
      const final = await known.final((images) => (images === 3 ? known.cancel(messageId) : Promise.resolve()));
      expect(final.images).toHaveLength(3);
      expect(final.command).toMatchObject({ CommandField: CommandField.GetResponse, Status: Status.Cancelled });
      expect(final.command.MessageIDBeingRespondedTo).toBe(messageId);
      expect(final.data).toBeNull();
      expect(countsOf(final)).toEqual({ remaining: 7, completed: 3, failed: 0, warning: 0 });
      await known.release();
    }
    expect(faults).toEqual([]);
  });

  it('by C-MOVE ends so too, and the association goes on', async () => {
    let cancel = (): Promise<void> => Promise.resolve();
    const there = await destination((received) => (received === 2 ? cancel() : Promise.resolve()));
    const { server, faults } = await serveArchive(MANY, { peers: [machine({ port: there.port })] });
    const known = await queryCaller(server, Services.StudyRootMove);
    cancel = () => known.cancel();
    await known.ask(CommandField.MoveRequest, { MoveDestination: 'KNOWN' });
    const cancelled = await known.final();
    expect(cancelled.command).toMatchObject({ CommandField: CommandField.MoveResponse, Status: Status.Cancelled });
    const { remaining = 0, completed = 0, failed, warning } = countsOf(cancelled);
    expect({ failed, warning }).toEqual({ failed: 0, warning: 0 });
    expect(completed).toBeGreaterThanOrEqual(2);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining + completed).toBe(MANY);
    expect(there.received).toHaveLength(completed);

    // A C-CANCEL of what has ended says nothing any more.
    await known.cancel();
    await known.ask(CommandField.MoveRequest, { MoveDestination: 'KNOWN' }, MESSAGE + 1);
    const whole = await known.final();
    expect(whole.command).toMatchObject({ Status: Status.Success, MessageIDBeingRespondedTo: MESSAGE + 1 });
    expect(countsOf(whole)).toEqual({ remaining: undefined, completed: MANY, failed: 0, warning: 0 });
    await known.release();
    expect(faults).toEqual([]);
  });

  it('before everything was looked up sends nothing', async () => {
    const there = await destination(() => Promise.resolve());
    const { server } = await serveArchive(MANY, { peers: [machine({ port: there.port })] });
    const known = await queryCaller(server, Services.StudyRootMove);
    await known.ask(CommandField.MoveRequest, { MoveDestination: 'KNOWN' });
    await known.cancel();
    expect((await known.final()).command.Status).toBe(Status.Cancelled);
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
    const { server, faults } = await serveArchive(MANY);
    const known = await queryCaller(server, Services.StudyRootFind);
    await known.ask(CommandField.FindRequest);
    await known.cancel();
    const final = await known.final();
    expect(final.command).toMatchObject({ CommandField: CommandField.FindResponse, Status: Status.Cancelled });
    expect(final.data).toBeNull();
    expect(final.pending.length).toBeLessThan(MANY);
    await known.release();
    expect(faults).toEqual([]);
  });

  it('is so for findscu too', async () => {
    const { tool } = await serveArchive(MANY * 10);
    const said = await tool('findscu', '-S', '--cancel', '1', ...IMAGES, '');
    expect(said).toContain('Received Final Find Response (Cancel');
    expect(said.match(/Find Response: \d+ \(Pending\)/g)?.length).toBeLessThan(MANY * 10);
  });
});
