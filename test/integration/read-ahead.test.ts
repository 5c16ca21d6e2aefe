import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { type ImageId, TransactionKey } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import type { QueuedItem } from '../../main/archive/outbox/queue';
import { MOST_HELD, ReadAhead } from '../../main/sync/outbox/read-ahead';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { writeInstances } from '../fixtures/instances';

const transaction = TransactionKey.parse('00000000-0000-4000-8000-000000000001');
const WAIT = { timeout: 20_000, interval: 10 };

/** An archive with images, and items as the queue would give them. */
async function waiting(
  count: number,
  side: number,
): Promise<{ readonly context: Engine['context']; readonly items: readonly QueuedItem[] }> {
  const folder = temporaryFolder();
  writeInstances(join(folder, 'came'), count, side);
  const engine = await openForTest(join(folder, 'archive'));
  const images = (await importInto(engine, [join(folder, 'came')])).flatMap(({ image }) => image ?? []);
  const items = images.map((image: ImageId, at) => {
    const bytes = readFileSync(engine.context.objects.path(image)).length;
    return {
      id: at,
      transaction,
      number: 1,
      total: count,
      position: at + 1,
      image,
      attachment: null,
      bytes,
      anonymise: null,
    };
  });
  return { context: engine.context, items };
}

describe('small files that are about to leave', () => {
  it('are read together, each as it is stored; what is not sound is left to whoever sends it', async () => {
    const { context, items } = await waiting(10, 64);
    const [, worn, missing, longer] = items.map(({ image }) => context.objects.path(image));
    if (worn === undefined || missing === undefined || longer === undefined) throw new Error('Nothing was taken in.');
    const bytes = readFileSync(worn);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0xff, bytes.length - 1);
    writeFileSync(worn, bytes);
    rmSync(missing);
    writeFileSync(longer, Buffer.concat([readFileSync(longer), Buffer.alloc(2)]));
    const ahead = new ReadAhead(context);
    ahead.look(items, false);
    await expect.poll(() => context.pool.isIdle, WAIT).toBe(true);
    for (const [at, item] of items.entries()) {
      const isSound = ![1, 2, 3].includes(at);
      const read = ahead
        .take(item, false)
        ?.equals(isSound ? readFileSync(context.objects.path(item.image)) : Buffer.alloc(0));
      expect(read ?? null, String(at)).toBe(isSound ? true : null);
      expect(ahead.take(item, false)).toBeNull(); // given out once
    }
  });

  it('are nobody’s to wait for: whose turn comes before a worker has read it is read by whoever sends it', async () => {
    const { context, items } = await waiting(2, 64);
    const [first, second] = items;
    if (first === undefined || second === undefined) throw new Error('Nothing was taken in.');
    const ahead = new ReadAhead(context);
    ahead.look(items, false);
    expect(ahead.take(first, false)).toBeNull(); // no worker can have answered without this thread hearing of it
    await expect.poll(() => context.pool.isIdle, WAIT).toBe(true);
    expect([ahead.take(first, false), ahead.take(second, false)?.length]).toEqual([null, second.bytes]);
  });

  it('count as hashed only when they were', async () => {
    const { context, items } = await waiting(2, 64);
    const ahead = new ReadAhead(context);
    ahead.look(items, true); // whoever gets them compares
    await expect.poll(() => context.pool.isIdle, WAIT).toBe(true);
    const [first, second] = items;
    if (first === undefined || second === undefined) throw new Error('Nothing was taken in.');
    expect([ahead.take(first, false), ahead.take(second, true)?.length]).toEqual([null, second.bytes]);
  });

  it('are not large ones, nor such that leave as something else', async () => {
    const { context, items } = await waiting(1, Math.ceil(Math.sqrt(MOST_HELD)) + 1);
    const ahead = new ReadAhead(context);
    const anonymise = AnonymisationWay.parse({});
    const small = items.map((item) => ({ ...item, bytes: 10, anonymise }));
    ahead.look([...items, ...small], false);
    expect(context.pool.isIdle).toBe(true);
  });
});
