import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { csvField } from '../../../main/sync/ledger-csv';
import { backOff } from '../../../main/sync/outbox/backoff';
import { onNetwork, untilOpen } from '../../../main/sync/outbox/hours';
import { Pace } from '../../../main/sync/outbox/pace';
import { Throttle } from '../../../main/sync/outbox/throttle';
import { Turns } from '../../../main/sync/outbox/turns';

describe('backing off', () => {
  it('doubles, with half of it by chance, up to ten minutes and never gives up', () => {
    expect([1, 2, 3, 4].map((n) => backOff(n, () => 1))).toEqual([2000, 4000, 8000, 16_000]);
    expect(backOff(3, () => 0)).toBe(4000);
    expect(backOff(50, () => 1)).toBe(600_000);
    expect(backOff(100_000, () => 0)).toBe(300_000);
  });
});

describe('the hours of a remote', () => {
  const at = (time: string): Date => new Date(`2026-11-21T${time}`);
  it('are open within, closed before, and go over midnight', () => {
    expect(untilOpen(null, at('12:00'))).toBe(0);
    expect(untilOpen({ from: '20:00', to: '06:00' }, at('23:00'))).toBe(0);
    expect(untilOpen({ from: '20:00', to: '06:00' }, at('05:59'))).toBe(0);
    expect(untilOpen({ from: '20:00', to: '06:00' }, at('06:00'))).toBe(14 * 3_600_000);
    expect(untilOpen({ from: '08:00', to: '12:00' }, at('12:00'))).toBe(20 * 3_600_000);
    expect(untilOpen({ from: '08:00', to: '08:00' }, at('03:00'))).toBe(0);
  });

  it('know which network the laptop is on', () => {
    expect(onNetwork(null)).toBe(true);
    expect(onNetwork('203.0.113.')).toBe(false);
  });
});

describe('the pace', () => {
  it('is measured over the last half minute only, and unknown when nothing moves', () => {
    let now = 0;
    const pace = new Pace(() => now);
    expect(pace.bytesPerSecond).toBeNull();
    pace.note(1000);
    now = 2000;
    pace.note(3000);
    expect(pace.bytesPerSecond).toBe(2000);
    now = 40_000;
    expect(pace.bytesPerSecond).toBeNull();
  });
});

describe('the cap', () => {
  it('holds for all streams together and changes no byte', async () => {
    const throttle = new Throttle(200_000);
    const started = performance.now();
    const send = async (seed: number): Promise<Buffer> => {
      const parts: Buffer[] = [];
      const bytes = Buffer.alloc(50_000, seed);
      await pipeline(Readable.from([bytes]), throttle.stream(), async (source: AsyncIterable<Buffer>) => {
        for await (const part of source) parts.push(part);
      });
      return Buffer.concat(parts);
    };
    const [one, other] = await Promise.all([send(1), send(2)]);
    expect(one.equals(Buffer.alloc(50_000, 1)) && other.equals(Buffer.alloc(50_000, 2))).toBe(true);
    // 100,000 bytes at 200,000 a second need half a second; only too fast would be wrong here.
    expect(performance.now() - started).toBeGreaterThan(350);
  });
});

describe('a field of the ledger', () => {
  it('is quoted, and never a formula', () => {
    expect(csvField('a,"b"')).toBe('"a,""b"""');
    expect(csvField('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
    expect(csvField('-5')).toBe("'-5");
    expect(csvField('plain')).toBe('plain');
  });
});

describe('turns', () => {
  it('are given to as many at once as there are, then in the order in which they were asked for', async () => {
    const turns = new Turns(2);
    const order: string[] = [];
    const [first, second] = [await turns.take(), await turns.take()];
    const later = ['third', 'fourth'].map(async (name) => {
      const giveBack = await turns.take();
      order.push(name);
      return giveBack;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    first();
    first(); // given back already
    const third = await later[0];
    expect(order).toEqual(['third']);
    second();
    await later[1];
    expect(order).toEqual(['third', 'fourth']);
    third?.();
    expect(await turns.take()).toBeTypeOf('function');
  });
});
