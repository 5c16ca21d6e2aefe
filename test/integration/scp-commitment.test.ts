import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tagOf } from '../../main/dicom/dictionary';
import { Association, type Message } from '../../main/network/association';
import { CommandField } from '../../main/network/command';
import { readIdentifier } from '../../main/network/identifier';
import { ServiceUser } from '../../main/network/scu';
import { Status } from '../../main/network/status';
import { ExplicitLE, ImplicitLE, Services } from '../../main/network/uids';
import { allImages } from '../fixtures/archive';
import { freePort } from '../fixtures/free-port';
import { Orthanc } from '../fixtures/orthanc';
import { machine, type ServedArchive, serveArchive } from '../fixtures/scp';

const WAIT = { timeout: 30_000, interval: 50 };
const LONG = 60_000;
const UNKNOWN = '1.2.3.4.5';
const TRANSACTION_UID = tagOf('TransactionUID') ?? 0;
const CONTEXTS = [
  { id: 1, abstractSyntax: Services.StorageCommitment, transferSyntaxes: [ImplicitLE, ExplicitLE] },
  { id: 3, abstractSyntax: Services.Verification, transferSyntaxes: [ImplicitLE] },
];

async function asking({ server }: ServedArchive, callingAETitle = 'KNOWN'): Promise<ServiceUser> {
  const calledAETitle = 'FIELDBOX';
  const to = { host: '127.0.0.1', port: server.port, tls: null };
  return new ServiceUser(await Association.request({ ...to, calledAETitle, callingAETitle, contexts: CONTEXTS }));
}

async function referencesTo({ engine }: ServedArchive) {
  return (await allImages(engine)).map(({ SOPClassUID, SOPInstanceUID }) => ({ SOPClassUID, SOPInstanceUID }));
}

async function logged({ engine }: ServedArchive) {
  const { rows } = await engine.verbs['log.list']({ limit: 20, text: '', level: 'warning' });
  return rows.map(({ code, details }) => ({ code, details }));
}

/** A machine that listens on a port; gives the transactions it was called about. */
async function listening(port: number, status: number): Promise<readonly string[]> {
  const transactions: string[] = [];
  const answer = async (association: Association, { command, contextId, data }: Message): Promise<void> => {
    expect(command).toMatchObject({ CommandField: CommandField.EventReportRequest, EventTypeID: 1 });
    if (data === null) throw new Error('A report has a data set.');
    const report = await readIdentifier(data, association.contexts.get(contextId)?.transferSyntax ?? '');
    transactions.push(report.string(TRANSACTION_UID) ?? '');
    const { MessageID = 0 } = command;
    const response = { CommandField: CommandField.EventReportResponse, MessageIDBeingRespondedTo: MessageID };
    await association.send(contextId, { ...response, Status: status });
  };
  const serve = async (socket: Socket): Promise<void> => {
    const association = await Association.accept(
      socket,
      ({ contexts, user }) => {
        expect(user.roles).toEqual([{ abstractSyntax: Services.StorageCommitment, scu: false, scp: true }]);
        const [context] = contexts;
        const transferSyntax = context?.transferSyntaxes[0] ?? '';
        return { kind: 'accept', roles: user.roles, contexts: [{ id: context?.id ?? 0, result: 0, transferSyntax }] };
      },
      { artimMs: 5_000, idleMs: 5_000 },
    );
    if (association === null) return;
    for (let message = await association.next(); message !== null; message = await association.next())
      await answer(association, message);
  };
  const server = createServer((socket) => void serve(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return transactions;
}

describe('a machine that asks whether its images are kept', () => {
  it(
    'is called back where it listens, as Orthanc wants it: it hears of what is kept, and of what is not',
    async () => {
      const orthanc = await Orthanc.start({ settings: { DicomModalities: {} } });
      const served = await serveArchive(3, {
        peers: [machine({ AETitle: 'PEER', port: orthanc.dicomPort, host: '127.0.0.1' })],
      });
      const Port = served.server.port;
      const fieldbox = JSON.stringify({ AET: 'FIELDBOX', Host: '127.0.0.1', Port, AllowStorageCommitment: true });
      await orthanc.ask('/modalities/fieldbox', { method: 'PUT', body: fieldbox });
      const references = await referencesTo(served);
      const statusOf = async (instances: readonly (typeof references)[number][]): Promise<() => Promise<string>> => {
        const body = JSON.stringify({
          DicomInstances: instances.map(({ SOPClassUID, SOPInstanceUID }) => [SOPClassUID, SOPInstanceUID]),
        });
        const asked = await orthanc.ask('/modalities/fieldbox/storage-commitment', { method: 'POST', body });
        const { Path } = (await asked.json()) as { Path: string };
        return async () => ((await (await orthanc.ask(Path)).json()) as { Status: string }).Status;
      };
      await expect.poll(await statusOf(references), WAIT).toBe('Success');
      const [one] = references;
      if (one === undefined) throw new Error('There are images.');
      await expect.poll(await statusOf([one, { ...one, SOPInstanceUID: UNKNOWN }]), WAIT).toBe('Failure');
      expect(await logged(served)).toEqual([]);
      expect(served.faults).toEqual([]);
    },
    LONG,
  );

  it('is answered whatever else it asks before it has answered the report, and is not called then', async () => {
    const port = await freePort();
    const served = await serveArchive(2, { peers: [machine({ port, host: '127.0.0.1' })] });
    const calls = await listening(port, Status.Success);
    const user = await asking(served);
    const { association } = user;
    expect(await user.requestCommitment('1.9.1', await referencesTo(served))).toBe(Status.Success);
    const report = await association.next();
    expect(report?.command).toMatchObject({ CommandField: CommandField.EventReportRequest, EventTypeID: 1 });
    if (report?.data) for await (const _ of report.data) continue;
    expect(await user.echo()).toBe(Status.Success);
    expect(await user.requestCommitment('1.9.2', [])).toBe(Status.Success);
    const second = await association.next();
    if (second?.data) for await (const _ of second.data) continue;
    const numbers = [report, second].map((each) => each?.command.MessageID ?? 0);
    expect(new Set(numbers).size).toBe(2);
    for (const MessageIDBeingRespondedTo of numbers)
      await association.send(1, {
        CommandField: CommandField.EventReportResponse,
        MessageIDBeingRespondedTo,
        Status: Status.Success,
      });
    expect(await user.echo()).toBe(Status.Success);
    await association.release();
    await served.server.close();
    expect(calls).toEqual([]);
    expect(await logged(served)).toEqual([]);
  });

  it('is called when it refuses the report on the association it has asked on, or breaks off', async () => {
    const port = await freePort();
    const served = await serveArchive(2, { peers: [machine({ port, host: '127.0.0.1' })] });
    const calls = await listening(port, Status.Success);
    const references = await referencesTo(served);
    const refusing = await asking(served);
    await refusing.requestCommitment('1.9.1', references);
    const report = await refusing.association.next();
    if (report?.data) for await (const _ of report.data) continue;
    await refusing.association.send(1, {
      CommandField: CommandField.EventReportResponse,
      MessageIDBeingRespondedTo: report?.command.MessageID ?? 0,
      Status: Status.UnrecognizedOperation,
    });
    await refusing.association.release();
    await expect.poll(() => calls, WAIT).toEqual(['1.9.1']);
    const breaking = await asking(served);
    await breaking.requestCommitment('1.9.2', references);
    breaking.association.abort();
    await expect.poll(() => calls, WAIT).toEqual(['1.9.1', '1.9.2']);
    expect(served.faults).toEqual([]);
  });

  it('and cannot be called is named in the log', async () => {
    const served = await serveArchive(2, { peers: [machine({ host: '' })] });
    const user = await asking(served);
    await user.requestCommitment('1.9.1', await referencesTo(served));
    await user.association.release();
    const untold = { code: 'SCP_COMMITMENT_UNTOLD', details: { AETitle: 'KNOWN', images: 2 } };
    await expect.poll(() => logged(served), WAIT).toEqual([untold]);
    expect(served.faults).toEqual([]);
  });

  it('does not keep the program from ending while it is silent', async () => {
    const port = await freePort();
    const served = await serveArchive(1, { peers: [machine({ port, host: '127.0.0.1' })] });
    let called = false;
    const silent = createServer(() => (called = true));
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const user = await asking(served);
    await user.requestCommitment('1.9.1', await referencesTo(served));
    await user.association.release();
    await expect.poll(() => called, WAIT).toBe(true);
    await served.server.close(); // within the time of a test, which is less than the silence that is borne
    expect(served.faults).toEqual([]);
  });
});
