import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../shared/errors';
import { openArchive } from '../../main/archive/engine';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { runCommand, startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';

const open = (folder: string) => openArchive(folder, { holder: 'second', version: '0.0.0' });

async function codeOf(work: Promise<unknown>): Promise<{ code: string; details: Readonly<Record<string, unknown>> }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FieldboxError) return { code: error.code, details: error.details };
    throw error;
  }
  throw new Error('It should have been refused.');
}

describe('two processes on one archive', () => {
  it('the second says who holds it, and gets it when the first has gone, even by kill -9', async () => {
    const folder = temporaryFolder();
    const archive = join(folder, 'archive');
    const source = join(folder, 'source');
    writeInstances(source, 2000);
    const first = startCommand(['import', source, '--archive', archive]);
    let said = '';
    first.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
    while (!said.includes('added')) await once(first.stderr ?? first, 'data');
    const refused = await codeOf(open(archive));
    expect(refused.code).toBe('ARCHIVE_IN_USE');
    expect(refused.details['holder']).toBe('fieldbox (command line)');
    expect(refused.details['pid']).toBe(first.pid);
    const second = await runCommand('find', '--archive', archive, '--json');
    expect(second.code).toBe(2);
    expect(second.json()).toMatchObject({ error: { code: 'ARCHIVE_IN_USE' } });
    const ended = once(first, 'exit');
    first.kill('SIGKILL');
    await ended;
    const engine = await openForTest(archive);
    await importInto(engine, [source]);
    expect(await allImages(engine)).toHaveLength(2000);
  });
});

describe('an archive this version must not touch', () => {
  it('made by a newer version is refused and left as it is', async () => {
    const folder = join(temporaryFolder(), 'archive');
    const engine = await openForTest(folder);
    await engine.close();
    const path = join(folder, 'archive.json');
    const newer = JSON.stringify({
      ...(JSON.parse(readFileSync(path, 'utf8')) as object),
      format: 99,
      somethingNew: true,
    });
    writeFileSync(path, newer);
    expect(await codeOf(open(folder))).toEqual({ code: 'ARCHIVE_TOO_NEW', details: { found: 99, known: 1 } });
    expect(readFileSync(path, 'utf8')).toBe(newer);
  });

  it('is any folder with other things in it', async () => {
    const folder = join(temporaryFolder(), 'documents');
    mkdirSync(folder);
    writeFileSync(join(folder, 'letter.txt'), 'dear');
    expect((await codeOf(open(folder))).code).toBe('NOT_AN_ARCHIVE');
  });
});
