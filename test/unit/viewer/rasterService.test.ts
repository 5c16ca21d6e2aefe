import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RasterAnswer, RasterRequest } from '../../../renderer/features/viewer/draw/rasterProtocol';
import { RasterService, type RasterJob } from '../../../renderer/features/viewer/draw/rasterService';
import { rangeWindow } from '../../../renderer/features/viewer/math/voi';
import { grayHeader } from './frames';

/** What the canvas of the service was given. */
class FakeCanvas {
  picture: FakeImageData | null = null;
  constructor(
    public width: number,
    public height: number,
  ) {}
  getContext() {
    return {
      putImageData: (picture: FakeImageData) => {
        this.picture = picture;
      },
    };
  }
}

class FakeImageData {
  readonly data: Uint8ClampedArray;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(width * height * 4);
  }
}

class FakeWorker extends EventTarget {
  static last: FakeWorker | null = null;
  readonly requests: RasterRequest[] = [];
  terminated = false;
  constructor() {
    super();
    FakeWorker.last = this;
  }
  postMessage(request: RasterRequest): void {
    this.requests.push(request);
  }
  terminate(): void {
    this.terminated = true;
  }
  answer(id: number): { close: ReturnType<typeof vi.fn> } {
    const bitmap = { close: vi.fn() };
    const data: RasterAnswer = { id, bitmap: bitmap as unknown as ImageBitmap };
    this.dispatchEvent(new MessageEvent('message', { data }));
    return bitmap;
  }
}

const job = (key: string, max = 100): RasterJob => ({
  key,
  frame: {
    header: { ...grayHeader(3, 2), sampleType: 'u8' },
    samples: Uint8Array.of(0, 20, 40, 60, 80, 100),
    bytes: 6,
  },
  voi: rangeWindow(0, max),
  invert: false,
});

describe('RasterService', () => {
  beforeEach(() => {
    FakeWorker.last = null;
    vi.stubGlobal('ImageData', FakeImageData);
    vi.stubGlobal('OffscreenCanvas', FakeCanvas);
    vi.stubGlobal('Worker', FakeWorker);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const grays = (source: unknown): number[] => {
    const data = (source as FakeCanvas).picture?.data ?? new Uint8ClampedArray();
    return [...data].filter((_, i) => i % 4 === 0);
  };
  const drawn = (): number[] => (FakeWorker.last?.requests ?? []).flatMap((r) => (r.type === 'draw' ? [r.id] : []));

  it('draws at once, whole or every n-th pixel', () => {
    const service = new RasterService();
    expect(grays(service.now(job('a'), 1).source)).toEqual([0, 51, 102, 153, 204, 255]);
    expect(grays(service.now(job('a'), 2).source)).toEqual([0, 102]);
    const first = service.now(job('a'), 1).source;
    expect(service.now(job('a', 255), 1).source).toBe(first);
    expect(grays(first)).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('sends a frame once and leaves out what was overtaken', async () => {
    const service = new RasterService();
    const results = [service.later(job('a')), service.later(job('a', 90)), service.later(job('a', 80))];
    const worker = FakeWorker.last;
    expect(drawn()).toEqual([1]);
    const late = worker?.answer(1);
    expect(late?.close).toHaveBeenCalledOnce();
    expect(drawn()).toEqual([1, 3]);
    worker?.answer(3);
    const [first, second, third] = await Promise.all(results);
    expect([first, second]).toEqual([null, null]);
    expect(third).not.toBeNull();
    expect(worker?.requests.filter((request) => request.type === 'frame')).toHaveLength(1);
  });

  it('gives nothing for what was cancelled', async () => {
    const service = new RasterService();
    const result = service.later(job('a'));
    service.cancel();
    FakeWorker.last?.answer(1);
    await expect(result).resolves.toBeNull();
  });

  it('does the same work itself when the worker dies, and where there is none', async () => {
    const service = new RasterService();
    const result = service.later(job('a'));
    FakeWorker.last?.dispatchEvent(new Event('error'));
    expect(FakeWorker.last?.terminated).toBe(true);
    expect(grays((await result)?.source)).toEqual([0, 51, 102, 153, 204, 255]);

    vi.stubGlobal('Worker', function refuse() {
      throw new Error('blocked');
    });
    const other = new RasterService();
    expect(grays((await other.later(job('b', 255)))?.source)).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('ends with its worker when it is closed', async () => {
    const service = new RasterService();
    const result = service.later(job('a'));
    service.close();
    await expect(result).resolves.toBeNull();
    expect(FakeWorker.last?.terminated).toBe(true);
  });
});
