import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FieldboxError } from '@shared/errors';
import type { Frame } from '../../../renderer/features/viewer/data/frameCodec';
import { FrameLoader, type FrameRef } from '../../../renderer/features/viewer/data/frameLoader';
import { Session, type Beat } from '../../../renderer/features/viewer/data/session';
import {
  createViewerStore,
  linesOf,
  lookOf,
  rateOf,
  viewOf,
  voiOf,
  type ViewerStore,
} from '../../../renderer/features/viewer/data/store';
import { windowChoices } from '../../../renderer/features/viewer/math/presets';
import { grayHeader, imageRow, seriesKey } from './frames';

const rows = [
  imageRow(1),
  imageRow(2),
  imageRow(3, { NumberOfFrames: 4, seriesKey: seriesKey(8), Modality: 'US' }),
  imageRow(4, { hasPixels: false, seriesKey: seriesKey(9) }),
];

function gray(changes: Partial<Frame['header']> = {}): Frame {
  const header = { ...grayHeader(100, 50), ...changes };
  return { header, samples: new Uint16Array(5000).map((_, i) => i % 1000), bytes: 10_000 };
}

function shownStore(position = 0, frame: Frame = gray()): ViewerStore {
  const store = createViewerStore(rows, rows[0]?.image ?? imageRow(1).image);
  show(store, position, frame);
  return store;
}

function show(store: ViewerStore, position: number, frame: Frame): void {
  store.getState().goTo(position);
  const place = store.getState().stack.at(position);
  if (!place) throw new Error('no such place');
  store.getState().shownIs({ place, frame, error: null });
}

describe('the look of a series', () => {
  it('stays while scrolling in it and is another one in the next', () => {
    const store = shownStore();
    store.getState().chooseByKey('2');
    store.getState().toggleInvert();
    expect(voiOf(store.getState())).toEqual({ type: 'window', center: -600, width: 1500, function: 'LINEAR' });
    show(store, 1, gray());
    expect(voiOf(store.getState())).toMatchObject({ center: -600 });
    expect(lookOf(store.getState()).invert).toBe(true);
    show(store, 2, gray());
    expect(voiOf(store.getState())).toMatchObject({ width: 4095 });
    expect(lookOf(store.getState()).invert).toBe(false);
  });

  it('uses the windows of each frame as long as none was set by hand', () => {
    const window = (center: number) => ({ center, width: 10, explanation: '', function: 'LINEAR' }) as const;
    const store = shownStore(0, gray({ windows: [window(1), window(2)] }));
    expect(voiOf(store.getState())).toMatchObject({ center: 1 });
    const choices = windowChoices(gray({ windows: [window(1), window(2)] }).header, 'CT');
    const second = choices.find((choice) => choice.id === 'file-1');
    if (second) store.getState().choose(second);
    show(store, 1, gray({ windows: [window(5), window(6)] }));
    expect(voiOf(store.getState())).toMatchObject({ center: 6 });
  });

  it('holds the range of its first frame, so that a run does not flicker', () => {
    const store = shownStore(0, gray({ min: 0, max: 100 }));
    show(store, 1, gray({ min: 0, max: 900 }));
    expect(voiOf(store.getState())).toMatchObject({ center: 50, width: 100 });
  });

  it('does not lay a window for gray on a colour picture', () => {
    const store = shownStore();
    store.getState().chooseByKey('2');
    show(store, 1, {
      header: { ...grayHeader(1, 1), kind: 'rgb', sampleType: 'u8' },
      samples: new Uint8Array(3),
      bytes: 3,
    });
    expect(voiOf(store.getState())).toEqual({ type: 'window', center: 127.5, width: 255, function: 'LINEAR_EXACT' });
  });

  it('is plain again after a reset', () => {
    const store = shownStore();
    store.getState().setSize({ width: 200, height: 200 }, 1);
    store.getState().zoomBy(3);
    store.getState().chooseByKey('3');
    expect(viewOf(store.getState()).scale).toBeCloseTo(6, 9);
    store.getState().reset();
    expect(viewOf(store.getState())).toMatchObject({ fit: true, scale: 2 });
    expect(voiOf(store.getState())).toMatchObject({ width: 4095 });
  });
});

describe('lines', () => {
  it('belong to their frame', () => {
    const store = shownStore(2);
    const line = { id: 1, from: { x: 0, y: 0 }, to: { x: 3, y: 4 } };
    store.getState().putLine(line);
    store.getState().putLine({ ...line, to: { x: 6, y: 8 } });
    expect(linesOf(store.getState())).toEqual([{ ...line, to: { x: 6, y: 8 } }]);
    expect(store.getState().selectedLine).toBe(1);
    show(store, 3, gray());
    expect(linesOf(store.getState())).toEqual([]);
    expect(store.getState().selectedLine).toBeNull();
    show(store, 2, gray());
    expect(linesOf(store.getState())).toHaveLength(1);
    store.getState().removeLine(1);
    expect(linesOf(store.getState())).toEqual([]);
  });
});

describe('cine rate', () => {
  it('is the file’s unless a person chose another', () => {
    const store = shownStore(2);
    const image = rows[2]?.image;
    if (!image) throw new Error('no image');
    expect(rateOf(store.getState())).toBe(15);
    store.getState().rateOfFileIs(image, 25);
    expect(rateOf(store.getState())).toBe(25);
    store.getState().setRate(26);
    store.getState().rateOfFileIs(image, 25);
    expect(rateOf(store.getState())).toBe(26);
    store.getState().setRate(1000);
    expect(rateOf(store.getState())).toBe(60);
  });
});

describe('Session', () => {
  let beats: ((now: number) => void)[] = [];
  const beat: Beat = {
    request: (callback) => beats.push(callback),
    cancel: () => {
      beats = [];
    },
  };
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  const tick = async (now: number): Promise<void> => {
    const due = beats;
    beats = [];
    for (const callback of due) callback(now);
    await turn();
  };
  beforeEach(() => {
    beats = [];
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function open(fetch: (ref: FrameRef) => Promise<Frame>): { store: ViewerStore; session: Session } {
    const store = createViewerStore(rows, rows[0]?.image ?? imageRow(1).image);
    return { store, session: new Session(store, new FrameLoader(1_000_000, fetch), beat) };
  }

  it('shows the frame of the wanted position, errors, and what has no picture', async () => {
    const { store, session } = open((ref) =>
      ref.image === rows[1]?.image ? Promise.reject(new FieldboxError('PIXELS_DAMAGED')) : Promise.resolve(gray()),
    );
    await turn();
    expect(store.getState().shown).toMatchObject({ place: { position: 0 }, error: null });
    store.getState().step(1);
    await turn();
    expect(store.getState().shown).toMatchObject({
      place: { position: 1 },
      frame: null,
      error: { code: 'PIXELS_DAMAGED' },
    });
    store.getState().goTo(99);
    expect(store.getState().shown).toMatchObject({ place: { index: 3 }, frame: null, error: { code: 'NO_PIXELS' } });
    session.close();
  });

  it('never shows an answer that comes after the person went on', async () => {
    const waiting: (() => void)[] = [];
    const { store, session } = open(
      (ref) => new Promise((give) => waiting.push(() => give({ ...gray(), bytes: ref.frame }))),
    );
    store.getState().goTo(4);
    for (const give of waiting) give();
    await turn();
    expect(store.getState().shown?.place.position).toBe(4);
    expect(store.getState().shown?.frame?.bytes).toBe(2);
    session.close();
  });

  it('asks again on request', async () => {
    let broken = true;
    const { store, session } = open(() =>
      broken ? Promise.reject(new FieldboxError('WORKER_DIED')) : Promise.resolve(gray()),
    );
    await turn();
    expect(store.getState().shown?.error?.code).toBe('WORKER_DIED');
    broken = false;
    session.retry();
    await turn();
    expect(store.getState().shown?.frame).not.toBeNull();
    session.close();
  });

  it('plays the frames of a clip round and round and waits for late ones', async () => {
    let late: (() => void) | null = null;
    const { store, session } = open((ref) =>
      ref.frame === 3 ? new Promise((give) => (late = () => give(gray()))) : Promise.resolve(gray()),
    );
    store.getState().goTo(2);
    await turn();
    store.getState().setRate(10);
    store.getState().setPlaying(true);
    await tick(0);
    await tick(110);
    expect(store.getState().position).toBe(3);
    await tick(210);
    await tick(310);
    // Frame 3 is on its way: cine holds there.
    expect([store.getState().position, store.getState().shown?.place.position]).toEqual([5, 4]);
    await tick(900);
    expect(store.getState().position).toBe(5);
    (late as (() => void) | null)?.();
    await turn();
    await tick(950);
    await tick(1060);
    expect(store.getState().position).toBe(2);
    store.getState().setPlaying(false);
    expect(beats).toEqual([]);
    session.close();
  });

  it('does not play where there is nothing to play', async () => {
    const { store, session } = open(() => Promise.resolve(gray()));
    store.getState().goTo(99);
    await turn();
    store.getState().setPlaying(true);
    expect(store.getState().playing).toBe(false);
    session.close();
  });
});
