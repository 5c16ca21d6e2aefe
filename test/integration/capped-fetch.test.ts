import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpClient } from '../../main/sync/http/client';
import { isOpen } from '../../main/sync/outbox/hours';
import { Throttle } from '../../main/sync/outbox/throttle';
import { AttachmentQuery } from '../../shared/contract/attachments';
import { AttachmentsServer } from '../fixtures/attachments-server';
import { addRemote, freely, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { attachmentsSecrets, attachmentsSettings, withOurPatients } from './remotes/clinic-kinds';

describe('a cap on bandwidth', () => {
  it('holds for what is read, and waiting for it is not taken for silence of the other side', async () => {
    const content = Buffer.alloc(600 * 1024, 7);
    const server = createServer((_request, response) => response.end(content));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const throttle = new Throttle(300 * 1024);
    const http = new HttpClient({ certificate: null, headers: {}, idleMs: 100, throttle: () => throttle });
    onTestFinished(() => http.close());
    const before = performance.now();
    const url = `http://127.0.0.1:${String(port)}/`;
    const { body } = await http.ask({ method: 'GET', url, signal: AbortSignal.timeout(60_000) });
    expect(body.equals(content)).toBe(true);
    // Two seconds' worth; the last piece goes through when its turn begins.
    expect(performance.now() - before).toBeGreaterThan(1_500);
  });

  it('holds for files that are fetched from a destination', async () => {
    const server = withOurPatients(await AttachmentsServer.start());
    const outbox = await outboxWithImages(1);
    const { sync, engine } = outbox;
    const content = Buffer.alloc(300 * 1024, 9);
    for (const { id } of server.patients.values()) server.addAttachment(id, 'report.bin', content);
    const remote = await addRemote(sync, 'practice', attachmentsSettings(server), attachmentsSecrets(server), {
      ...freely,
      bytesPerSecond: 150 * 1024,
    });
    sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, transaction), { timeout: 60_000 }).toMatchObject({ proven: 1 });
    const before = performance.now();
    const { job } = await sync.verbs['remotes.fetch']({ remote, what: 'files' });
    await engine.context.jobs.settled(job);
    expect(performance.now() - before).toBeGreaterThan(1_500);
    expect((await engine.verbs['attachments.list'](AttachmentQuery.parse({}))).rows).toMatchObject([
      { bytes: content.length },
    ]);
  });

  it('goes with a schedule, which says when a destination may be used by itself', () => {
    const noon = new Date(2026, 2, 1, 12, 0);
    expect(isOpen(freely, noon)).toBe(true);
    expect(isOpen({ ...freely, paused: true }, noon)).toBe(false);
    expect(isOpen({ ...freely, hours: { from: '22:00', to: '06:00' } }, noon)).toBe(false);
    expect(isOpen({ ...freely, hours: { from: '11:00', to: '13:00' } }, noon)).toBe(true);
    expect(isOpen({ ...freely, network: '203.0.113.' }, noon)).toBe(false);
  });
});
