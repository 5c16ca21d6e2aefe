import { describe, expect, it } from 'vitest';
import { loopAhead } from '../../../renderer/features/viewer/data/session';
import { ByteCache, frameBudget } from '../../../renderer/features/viewer/math/byteCache';
import { clampRate, cineTick, rateOfFile } from '../../../renderer/features/viewer/math/cine';
import { neighbours, Stack } from '../../../renderer/features/viewer/math/stack';
import { imageRow, seriesKey } from './frames';

describe('Stack', () => {
  const rows = [
    imageRow(1),
    imageRow(2),
    imageRow(3, { NumberOfFrames: 5, seriesKey: seriesKey(9) }),
    imageRow(4, { hasPixels: false, NumberOfFrames: 7, seriesKey: seriesKey(9) }),
    imageRow(5, { NumberOfFrames: 0, seriesKey: seriesKey(10) }),
  ];
  const stack = new Stack(rows);

  it('lays images and frames in one row', () => {
    expect(stack.length).toBe(9);
    const places = Array.from({ length: 9 }, (_, position) => stack.at(position));
    expect(places.map((place) => [place?.index, place?.frame])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 1],
      [2, 2],
      [2, 3],
      [2, 4],
      [3, 0],
      [4, 0],
    ]);
    expect(stack.at(4)).toMatchObject({ position: 4, frames: 5 });
  });

  it('holds at its ends and knows where an image begins', () => {
    expect(stack.at(-5)?.position).toBe(0);
    expect(stack.at(99)?.position).toBe(8);
    expect(rows.map((row) => stack.positionOf(row.image))).toEqual([0, 1, 2, 7, 8]);
    expect(stack.positionOf(imageRow(77).image)).toBe(0);
    expect(new Stack([]).at(0)).toBeNull();
  });

  it('loops through the frames of a clip or the images of a series', () => {
    expect(stack.loopAround(4)).toEqual({ from: 2, to: 6 });
    expect(stack.loopAround(1)).toEqual({ from: 0, to: 1 });
    expect(stack.loopAround(8)).toEqual({ from: 8, to: 8 });
  });
});

describe('what to have at hand', () => {
  it('is nearest first and more in the direction of travel', () => {
    expect(neighbours(5, 1, 100, 3, 1)).toEqual([6, 4, 7, 8]);
    expect(neighbours(5, -1, 100, 3, 1)).toEqual([4, 6, 3, 2]);
    expect(neighbours(0, -1, 3, 3, 1)).toEqual([1]);
  });

  it('goes round in a loop', () => {
    expect(loopAhead(6, { from: 2, to: 6 }, 3)).toEqual([2, 3, 4]);
    expect(loopAhead(3, { from: 2, to: 4 }, 16)).toEqual([4, 2]);
  });
});

describe('cineTick', () => {
  const loop = { from: 10, to: 13 };

  it('waits for its time and carries the rest over', () => {
    const clock = { position: 10, since: 1000 };
    expect(cineTick(clock, 1030, 25, loop)).toBe(clock);
    expect(cineTick(clock, 1045, 25, loop)).toEqual({ position: 11, since: 1040 });
  });

  it('keeps the rate over many uneven refreshes', () => {
    let clock = { position: 10, since: 0 };
    let moved = 0;
    for (let now = 0; now <= 10_000; now += 16.7) {
      const next = cineTick(clock, now, 24, loop);
      if (next.position !== clock.position) moved += 1;
      clock = next;
    }
    expect(moved).toBe(239);
  });

  it('goes round, leaves out frames when too slow, and goes on after a stop', () => {
    expect(cineTick({ position: 13, since: 0 }, 40, 25, loop).position).toBe(10);
    expect(cineTick({ position: 10, since: 0 }, 130, 25, loop)).toEqual({ position: 13, since: 120 });
    expect(cineTick({ position: 12, since: 0 }, 60_000, 25, loop)).toEqual({ position: 13, since: 60_000 });
  });
});

describe('rateOfFile', () => {
  const attribute = (keyword: string, value: string, path = '00181063') => ({ path, keyword, value });

  it('prefers what is recommended, then cine rate, frame time and the vector', () => {
    const time = attribute('FrameTime', '33.33');
    expect(rateOfFile([time])).toBe(30);
    expect(rateOfFile([time, attribute('CineRate', '12')])).toBe(12);
    expect(rateOfFile([time, attribute('CineRate', '12'), attribute('RecommendedDisplayFrameRate', '8')])).toBe(8);
    expect(rateOfFile([attribute('FrameTimeVector', '0\\40\\60\\50')])).toBe(20);
  });

  it('says nothing where the file says nothing sensible', () => {
    expect(rateOfFile([])).toBeNull();
    expect(rateOfFile([attribute('FrameTime', '0')])).toBeNull();
    expect(rateOfFile([attribute('FrameTime', 'x')])).toBeNull();
    expect(rateOfFile([attribute('FrameTime', '40', '52009229[0].00181063')])).toBeNull();
  });

  it('stays within what can be watched', () => {
    expect(rateOfFile([attribute('FrameTime', '0.001')])).toBe(60);
    expect(rateOfFile([attribute('FrameTime', '5000')])).toBe(1);
    expect(clampRate(14.96)).toBe(15);
  });
});

describe('ByteCache', () => {
  it('puts out what was not used for longest until all fits', () => {
    const cache = new ByteCache<string>(100);
    cache.set('a', 'A', 40);
    cache.set('b', 'B', 40);
    expect(cache.get('a')).toBe('A');
    cache.set('c', 'C', 40);
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([true, false, true]);
    expect(cache.bytes).toBe(80);
  });

  it('keeps the newest even if it alone is too large, and nothing beside it', () => {
    const cache = new ByteCache<string>(100);
    cache.set('a', 'A', 40);
    cache.set('big', 'B', 500);
    expect([cache.size, cache.bytes, cache.get('big')]).toEqual([1, 500, 'B']);
    cache.set('c', 'C', 10);
    expect([cache.size, cache.bytes]).toEqual([1, 10]);
  });

  it('counts a value that is set again once', () => {
    const cache = new ByteCache<string>(100);
    cache.set('a', 'A', 40);
    cache.set('a', 'A2', 60);
    expect([cache.size, cache.bytes, cache.get('a')]).toEqual([1, 60, 'A2']);
    cache.delete('a');
    cache.delete('a');
    expect(cache.bytes).toBe(0);
  });

  it('takes a bounded part of the memory', () => {
    const MIB = 1024 * 1024;
    expect(frameBudget(undefined)).toBe(160 * MIB);
    expect(frameBudget(0.5)).toBe(96 * MIB);
    expect(frameBudget(8)).toBe(320 * MIB);
    expect(frameBudget(64)).toBe(512 * MIB);
  });
});
