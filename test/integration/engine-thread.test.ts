import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as workerThreads from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { asFieldboxError } from '../../shared/errors';
import { FindInput } from '../../shared/contract/catalog';
import { PatientInput } from '../../shared/model/rows';
import { ArchiveSession } from '../../main/desktop/archive-session';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { instanceBytes } from '../fixtures/instances';
import { personInput } from '../fixtures/people';

/** The threads that were started, so that a test can end one as a crash would. */
const threads = vi.hoisted((): workerThreads.Worker[] => []);
vi.mock('node:worker_threads', async (original) => {
  const actual = await original<typeof workerThreads>();
  class Watched extends actual.Worker {
    constructor(...given: ConstructorParameters<typeof workerThreads.Worker>) {
      super(...given);
      threads.push(this);
    }
  }
  return { ...actual, Worker: Watched };
});

const everyone = FindInput.omit({ level: true }).parse({});
const jane = PatientInput.parse({
  PatientName: 'Doe^Jane',
  PatientID: '',
  PatientSex: 'F',
  PatientBirthDate: '',
  birthDatePrecision: 'unknown',
  ageYears: 30,
  temporary: false,
  consent: 'yes',
  note: '',
});

function newSession() {
  const events: string[] = [];
  const faults: string[] = [];
  const changes: string[] = [];
  const session = new ArchiveSession({
    version: '0.0.0',
    holder: 'test',
    onEvent: (event) => events.push(event),
    onChanged: () => changes.push('changed'),
    onFault: (error) => faults.push(error.code),
    secrets: { protected: false, serve: () => Promise.resolve(null) },
  });
  onTestFinished(() => session.end());
  return { session, events, faults, changes };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => asFieldboxError(error).code,
  );

describe('the engine in its own thread', () => {
  it('answers verbs, sends events and pictures, and lets go of the archive at the end', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'one'), instanceBytes({ seed: 1 }));
    const { session, events } = newSession();
    await session.open(join(folder, 'archive'));
    expect(await session.info()).toEqual({ state: 'open', path: join(folder, 'archive') });
    const nobody = { patient: null, clinic: null, station: null, kind: null };
    await session.verbs['import.start']({ paths: [source], context: nobody });
    await expect.poll(async () => (await session.verbs['catalog.images'](everyone)).total).toBe(1);
    await expect.poll(() => new Set(events)).toEqual(new Set(['job.changed', 'catalog.changed']));
    const [row] = (await session.verbs['catalog.images'](everyone)).rows;
    const image = row?.image ?? '';
    const never = new AbortController().signal;
    expect(
      Buffer.from(await session.picture({ kind: 'thumbnail', image }, never))
        .subarray(0, 2)
        .toString('hex'),
    ).toBe('ffd8');
    const png = Buffer.from(
      await session.picture(
        { kind: 'png', image, options: { frame: 0, window: { center: 100, width: 50 }, height: 16 } },
        never,
      ),
    );
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(png.readUInt32BE(20)).toBe(16); // height in IHDR
    const file = await session.file(image);
    expect(file).toMatchObject({ name: `${row?.SOPInstanceUID ?? ''}.dcm`, bytes: row?.bytes });
    expect(readFileSync(file.path)).toEqual(Buffer.from(instanceBytes({ seed: 1 })));
    expect(await codeOf(session.file('f'.repeat(64)))).toBe('NOT_FOUND');
    expect(await codeOf(session.file('nonsense'))).toBe('BAD_REQUEST');
    const frame = Buffer.from(await session.picture({ kind: 'frame', image, frame: 0 }, never));
    expect(JSON.parse(frame.subarray(4, 4 + frame.readUInt32LE(0)).toString())).toMatchObject({ kind: 'gray' });
    expect(await codeOf(session.picture({ kind: 'frame', image, frame: 99 }, never))).toBe('NO_SUCH_FRAME');
    expect(await codeOf(session.picture({ kind: 'thumbnail', image: '../x' }, never))).toBe('BAD_REQUEST');
    await session.end();
    expect(await codeOf(session.verbs['archive.status']({}))).toBe('ARCHIVE_CLOSED');
    await openForTest(join(folder, 'archive')); // would throw ARCHIVE_IN_USE
  });

  it('answers whatever is under way when it closes, or says that the archive is closed', async () => {
    const { session, faults } = newSession();
    await session.open(join(temporaryFolder(), 'archive'));
    const { verbs } = session;
    // Hashing passwords keeps every thread for files busy until the database is closed: what waits for a file comes too late.
    const busy = Array.from({ length: 8 }, (_, at) => verbs['users.create'](personInput(`person${String(at)}`)));
    const calls = Array.from({ length: 10 }, (_, at) => [
      verbs['archive.status']({}),
      verbs['catalog.patients'](everyone),
      verbs['patients.register']({ ...jane, PatientID: `C${String(at)}` }),
      verbs['log.list']({ limit: 5, text: '' }),
      verbs['outbox.summary']({}),
      verbs['jobs.list']({}),
    ]).flat();
    const outcomes = Promise.all([...busy, ...calls].map((call) => codeOf(call)));
    await verbs['jobs.list']({}); // all have been begun
    await session.end();
    expect([...new Set(await outcomes)].sort()).toEqual(['ARCHIVE_CLOSED', 'no error']);
    expect(faults).toEqual([]);
  });

  it('says who holds an archive, and opens it when it is free', async () => {
    const path = join(temporaryFolder(), 'archive');
    const other = await openForTest(path);
    const { session, faults } = newSession();
    await session.open(path);
    expect(await session.info()).toMatchObject({
      state: 'closed',
      path,
      error: { code: 'ARCHIVE_IN_USE', details: { holder: 'test', pid: process.pid } },
    });
    expect(faults).toEqual(['ARCHIVE_IN_USE']);
    await other.close();
    await session.open(path);
    expect(await session.info()).toEqual({ state: 'open', path });
  });

  it('keeps the archive that is open when another one cannot be opened', async () => {
    const folder = temporaryFolder();
    const foreign = join(folder, 'holiday pictures');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'beach.jpg'), 'x');
    const { session } = newSession();
    await session.open(join(folder, 'archive'));
    await session.verbs['patients.register'](jane);
    expect(await codeOf(session.open(foreign))).toBe('NOT_AN_ARCHIVE');
    expect(await session.info()).toMatchObject({ state: 'open', path: join(folder, 'archive') });
    expect((await session.verbs['catalog.patients'](everyone)).total).toBe(1);
    await session.open(join(folder, 'second'));
    expect((await session.verbs['catalog.patients'](everyone)).total).toBe(0);
    await openForTest(join(folder, 'archive')); // the first one was let go of
  });

  it('opens the same archive again, also by another name', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'archive');
    const { session } = newSession();
    await session.open(path);
    await session.verbs['patients.register'](jane);
    symlinkSync(path, join(folder, 'link'), 'junction');
    await session.open(join(folder, 'link'));
    expect((await session.verbs['catalog.patients'](everyone)).total).toBe(1);
  });

  it('comes back by itself after a crash with everything it had acknowledged; after a second one soon it waits', async () => {
    const path = join(temporaryFolder(), 'archive');
    const { session, faults, changes } = newSession();
    await session.open(path);
    await session.verbs['patients.register'](jane);
    const waiting = codeOf(session.verbs['archive.status']({}));
    await threads.at(-1)?.terminate();
    expect(await waiting).toMatch(/^(no error|ARCHIVE_CLOSED)$/);
    await expect.poll(() => session.info()).toEqual({ state: 'open', path });
    expect((await session.verbs['catalog.patients'](everyone)).total).toBe(1);
    expect(faults).toEqual(['ARCHIVE_CLOSED']);
    expect(changes).toHaveLength(3); // opened, lost, opened
    await threads.at(-1)?.terminate();
    await expect.poll(() => session.info()).toMatchObject({ state: 'closed', path, error: { code: 'ARCHIVE_CLOSED' } });
    await session.open(path);
    expect((await session.verbs['catalog.patients'](everyone)).total).toBe(1);
  });
});
