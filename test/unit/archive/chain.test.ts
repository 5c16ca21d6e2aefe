import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { RecordChain } from '../../../main/archive/records/chain';
import type { NewRecord } from '../../../main/archive/records/record';
import { FieldboxError } from '../../../shared/errors';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const key = randomBytes(32);
const at = new Date('2026-11-22T10:00:00Z');

function noted(code: 'EXPORT_SET_MADE' | 'EXPORT_SET_REMOVED'): NewRecord {
  return { type: 'log.noted', body: { code, details: {}, about: {} } };
}

afterEach(() => vi.restoreAllMocks());

/** A disk that fails so many times at each of these. */
async function failing(what: readonly ('datasync' | 'truncate')[], times: number): Promise<void> {
  const handle = await open(join(temporaryFolder(), 'any'), 'a');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const name of what) {
    const spy = vi.spyOn(prototype, name);
    for (let time = 0; time < times; time += 1)
      spy.mockRejectedValueOnce(Object.assign(new Error('i/o error'), { code: 'EIO' }));
  }
}

async function read(chain: RecordChain): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const entry of chain.read(0))
    lines.push(entry.kind === 'record' ? `${String(entry.record.seq)} ${entry.record.type}` : entry.kind);
  return lines;
}

it('after a failure nothing of an append is in the chain', async () => {
  const folder = temporaryFolder();
  const chain = await RecordChain.open(folder, key, join(folder, 'quarantine'));
  await chain.append([noted('EXPORT_SET_MADE')], at);
  await failing(['datasync'], 1);
  const failed = chain.append([noted('EXPORT_SET_REMOVED')], at);
  await expect(failed).rejects.toSatisfy((error) => error instanceof FieldboxError && error.code === 'DISK_FAILED');
  expect([chain.isSure, chain.seq, await read(chain)]).toEqual([true, 1, ['1 log.noted']]);
  await chain.close();
});

it('what a disk would not take back is taken back before the next append, and does not count meanwhile', async () => {
  const folder = temporaryFolder();
  const chain = await RecordChain.open(folder, key, join(folder, 'quarantine'));
  await chain.append([noted('EXPORT_SET_MADE')], at);
  await failing(['datasync', 'truncate'], 1);
  await expect(chain.append([noted('EXPORT_SET_REMOVED')], at)).rejects.toThrow(FieldboxError);
  expect([chain.isSure, chain.seq, await read(chain)]).toEqual([false, 1, ['1 log.noted']]);

  await chain.append([noted('EXPORT_SET_MADE'), noted('EXPORT_SET_MADE')], at);
  const whole = ['1 log.noted', '2 log.noted', '3 log.noted'];
  expect([chain.isSure, await read(chain)]).toEqual([true, whole]);
  await chain.close();
  const again = await RecordChain.open(folder, key, join(folder, 'quarantine'));
  expect([again.seq, await read(again)]).toEqual([3, whole]);
  await again.close();
});
