import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PatientInput } from '../../shared/model/rows';
import { scpOff, type ScpSettings } from '../../shared/model/scp';
import { allImages, openForTest, temporaryFolder } from '../fixtures/archive';
import { freePort } from '../fixtures/free-port';
import { dumpOf } from '../fixtures/index-dump';
import { writeInstances } from '../fixtures/instances';
import { syncForTest } from '../fixtures/outbox';
import { machine } from '../fixtures/scp';

const run = promisify(execFile);
const env = { ...process.env, TCP_NODELAY: '1' };

async function archive() {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  const { sync, faults } = syncForTest(engine);
  return { folder, engine, sync, faults };
}

const on = (port: number, changes: Partial<ScpSettings> = {}): ScpSettings => ({
  ...scpOff,
  enabled: true,
  host: '127.0.0.1',
  port,
  peers: [machine({ port: 104 })],
  ...changes,
});

/** What a tool of dcmtk says, whether it succeeds or not. */
async function tool(name: string, port: number, calling: string, ...options: string[]): Promise<string> {
  const [before, after] = name === 'storescu' ? [options.slice(0, -1), options.slice(-1)] : [options, []];
  try {
    const { stdout, stderr } = await run(
      name,
      ['-v', '-aet', calling, '-aec', 'FIELDBOX', ...before, '127.0.0.1', String(port), ...after],
      { env },
    );
    return stdout + stderr;
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
}

describe('receiving from machines, as a part of the open archive', () => {
  it('is off until it is switched on, takes what known machines send, and tells who called', async () => {
    const { folder, engine, sync, faults } = await archive();
    await sync.listen();
    expect(await sync.verbs['scp.status']({})).toMatchObject({ settings: scpOff, state: 'off', port: null });
    const port = await freePort();
    expect(await sync.verbs['scp.set'](on(port))).toMatchObject({ state: 'listening', port, fault: null });
    writeInstances(join(folder, 'send'), 6);
    await tool('storescu', port, 'KNOWN', '+sd', join(folder, 'send'));
    expect(await allImages(engine)).toHaveLength(6);
    expect(await tool('storescu', port, 'STRANGER', '+sd', join(folder, 'send'))).toContain(
      'Calling AE Title Not Recognized',
    );
    const { callers } = await sync.verbs['scp.status']({});
    expect(callers).toEqual([
      expect.objectContaining({ AETitle: 'STRANGER', admitted: false, received: 0 }),
      expect.objectContaining({ AETitle: 'KNOWN', address: '127.0.0.1', admitted: true, received: 6, failed: 0 }),
    ]);
    expect(await sync.verbs['scp.set']({ ...on(port), enabled: false })).toMatchObject({ state: 'off', port: null });
    expect(await tool('echoscu', port, 'KNOWN')).toContain('Association Request Failed');
    expect(faults).toEqual([]);
    const { rows } = await engine.verbs['log.list']({ limit: 20, text: '' });
    expect(rows.map(({ code }) => code)).toEqual(expect.arrayContaining(['SCP_ON', 'SCP_OFF']));
  });

  it('listens again when the archive is opened again, and the settings come back from the records', async () => {
    const { engine, sync } = await archive();
    const port = await freePort();
    await sync.verbs['scp.set'](on(port));
    expect(await sync.verbs['scp.status']({})).toMatchObject({ state: 'off' }); // a command that only sends opens no port
    const before = dumpOf(engine.context.db)['scp_settings'];
    const { job } = await engine.verbs['archive.rebuild']({});
    await expect
      .poll(async () => (await engine.verbs['jobs.list']({})).jobs.find((each) => each.job === job)?.state)
      .toBe('done');
    expect(before).toHaveLength(1);
    expect(dumpOf(engine.context.db)['scp_settings']).toEqual(before);
    await sync.listen();
    expect(await sync.verbs['scp.status']({})).toMatchObject({ state: 'listening', port });
    expect(await tool('echoscu', port, 'KNOWN')).toContain('Received Echo Response (Success)');
    await sync.close();
    expect(await tool('echoscu', port, 'KNOWN')).toContain('Association Request Failed');
  });

  it('says why it cannot listen, and goes on without', async () => {
    const { engine, sync } = await archive();
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    await sync.listen();
    expect(await sync.verbs['scp.set'](on(port))).toMatchObject({
      state: 'failed',
      port: null,
      fault: { code: 'SCP_PORT_TAKEN', details: { port } },
    });
    // TEST-NET-1 (RFC 5737): no machine has it.
    expect(await sync.verbs['scp.set'](on(port, { host: '192.0.2.1' }))).toMatchObject({
      state: 'failed',
      fault: { code: 'SCP_LOCAL_ADDRESS' },
    });
    const { rows } = await engine.verbs['log.list']({ limit: 20, text: '', level: 'error' });
    expect(rows.map(({ code }) => code)).toEqual(['SCP_FAILED', 'SCP_FAILED']);
  });

  it('gives the worklist only where that is switched on', async () => {
    const { engine, sync } = await archive();
    await engine.verbs['patients.register'](
      PatientInput.parse({
        PatientName: 'Wanjiru^Grace',
        PatientID: 'C2',
        PatientSex: 'F',
        PatientBirthDate: '19800102',
        birthDatePrecision: 'known',
        ageYears: null,
        temporary: false,
        consent: 'yes',
        note: '',
      }),
    );
    await sync.listen();
    const port = await freePort();
    const ask = () => tool('findscu', port, 'KNOWN', '-W', '-k', 'PatientName', '-k', 'PatientID');
    await sync.verbs['scp.set'](on(port));
    expect(await ask()).toContain('(Pending)');
    await sync.verbs['scp.set'](on(port, { worklist: false }));
    expect(await ask()).not.toContain('(Pending)');
  });
});
