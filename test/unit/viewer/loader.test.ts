import { afterEach, describe, expect, it, vi } from 'vitest';
import { FieldboxError } from '@shared/errors';
import { parseFrame, valueAt, type Frame } from '../../../renderer/features/viewer/data/frameCodec';
import { fetchFrame, FrameLoader, frameKey, type FrameRef } from '../../../renderer/features/viewer/data/frameLoader';
import { frameAnswer, grayHeader } from './frames';

describe('parseFrame', () => {
  it('gives header and samples of every type, and values in modality units', () => {
    const makers = {
      u8: Uint8Array.of(1, 2, 3, 4, 5, 6),
      u16: Uint16Array.of(1, 2, 3, 4, 5, 65535),
      i16: Int16Array.of(1, 2, 3, 4, 5, -6),
      u32: Uint32Array.of(1, 2, 3, 4, 5, 4e9),
      i32: Int32Array.of(1, 2, 3, 4, 5, -6e8),
      f32: Float32Array.of(1, 2, 3, 4, 5, 0.5),
      f64: Float64Array.of(1, 2, 3, 4, 5, 0.1),
    } as const;
    for (const sampleType of ['u8', 'u16', 'i16', 'u32', 'i32', 'f32', 'f64'] as const) {
      const header = { ...grayHeader(3, 2), sampleType, slope: 2, intercept: -10 };
      const frame = parseFrame(frameAnswer(header, makers[sampleType]));
      expect(frame.header).toEqual(header);
      expect(frame.samples).toEqual(makers[sampleType]);
      expect(valueAt(frame, 2.9, 1.2)).toEqual([Number(makers[sampleType][5]) * 2 - 10]);
      expect(valueAt(frame, 3, 0)).toBeNull();
      expect(valueAt(frame, -0.1, 0)).toBeNull();
    }
  });

  it('gives the three bytes of a colour pixel', () => {
    const header = { ...grayHeader(2, 1), kind: 'rgb', sampleType: 'u8' } as const;
    expect(valueAt(parseFrame(frameAnswer(header, Uint8Array.of(1, 2, 3, 4, 5, 6))), 1, 0)).toEqual([4, 5, 6]);
  });

  it('refuses answers that are cut off or are something else', () => {
    const whole = frameAnswer(grayHeader(4, 4), new Uint16Array(16));
    const damaged = [
      whole.slice(0, whole.byteLength - 1),
      whole.slice(0, 3),
      new ArrayBuffer(64),
      Uint8Array.of(255, 255, 255, 255, 1, 2, 3, 4).buffer,
      frameAnswer({ ...grayHeader(4, 4), width: -1 }, new Uint16Array(16)),
    ];
    for (const answer of damaged) {
      expect(() => parseFrame(answer)).toThrow(expect.objectContaining({ code: 'PIXELS_DAMAGED' }) as Error);
    }
  });
});

describe('fetchFrame', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const ref: FrameRef = { image: 'ab', frame: 3 };

  it('asks the address of the frame', async () => {
    const fetched = vi.fn(() => Promise.resolve(new Response(frameAnswer(grayHeader(1, 1), new Uint16Array(1)))));
    vi.stubGlobal('fetch', fetched);
    const { signal } = new AbortController();
    await expect(fetchFrame(ref, signal)).resolves.toMatchObject({ header: { width: 1 } });
    expect(fetched).toHaveBeenCalledWith('fieldbox://image/ab/frame/3', { signal });
  });

  it('throws the error the answer carries, or INTERNAL', async () => {
    const answers: readonly [string, string][] = [
      ['{"code":"PIXELS_UNSUPPORTED","details":{"transferSyntax":"MPEG2"}}', 'PIXELS_UNSUPPORTED'],
      ['{"error":{"code":"OBJECT_MISSING","details":{}}}', 'OBJECT_MISSING'],
      ['{"code":"SOMETHING_NEWER"}', 'INTERNAL'],
      ['not found', 'INTERNAL'],
    ];
    for (const [body, code] of answers) {
      vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status: 500 })));
      await expect(fetchFrame(ref, new AbortController().signal)).rejects.toMatchObject({ code });
    }
  });
});

/** A source of frames whose answers the test gives by hand. */
function slowSource(bytes = 10) {
  const open = new Map<string, { give: () => void; fail: (error: Error) => void }>();
  const asked: string[] = [];
  const aborted: string[] = [];
  const fetch = (ref: FrameRef, signal: AbortSignal): Promise<Frame> =>
    new Promise((give, fail) => {
      const key = frameKey(ref);
      asked.push(key);
      const frame: Frame = { header: grayHeader(1, 1), samples: Uint16Array.of(ref.frame), bytes };
      open.set(key, {
        give: () => {
          give(frame);
        },
        fail,
      });
      signal.addEventListener('abort', () => {
        aborted.push(key);
        fail(new DOMException('aborted', 'AbortError'));
      });
    });
  const answer = async (key: string): Promise<void> => {
    open.get(key)?.give();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { fetch, asked, aborted, answer, open };
}

const refs = (...frames: number[]): FrameRef[] => frames.map((frame) => ({ image: 'i', frame }));
const now = (frame: number): FrameRef => ({ image: 'i', frame });

describe('FrameLoader', () => {
  it('loads what is shown first, then what is ahead, two at a time', async () => {
    const source = slowSource();
    const loader = new FrameLoader(1000, source.fetch);
    const wanted = loader.want(now(0), refs(1, 2, 3));
    expect(source.asked).toEqual(['i/0']);
    await source.answer('i/0');
    await expect(wanted).resolves.toMatchObject({ bytes: 10 });
    expect(source.asked).toEqual(['i/0', 'i/1', 'i/2']);
    await source.answer('i/1');
    expect(source.asked).toEqual(['i/0', 'i/1', 'i/2', 'i/3']);
    expect(loader.peek(now(1))).toBeDefined();
  });

  it('cancels what scrolling has left behind and keeps what is wanted still', async () => {
    const source = slowSource();
    const loader = new FrameLoader(1000, source.fetch);
    const first = loader.want(now(0), refs(1, 2));
    const second = loader.want(now(5), refs(0, 6));
    expect(source.aborted).toEqual([]);
    const third = loader.want(now(9), refs(5));
    expect(source.aborted).toEqual(['i/0']);
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await source.answer('i/5');
    await source.answer('i/9');
    await expect(second).resolves.toBeDefined();
    await expect(third).resolves.toBeDefined();
    expect(source.asked).toEqual(['i/0', 'i/5', 'i/9']);
  });

  it('does not ask twice for a frame that is under way or here', async () => {
    const source = slowSource();
    const loader = new FrameLoader(1000, source.fetch);
    const one = loader.want(now(0), []);
    const two = loader.want(now(0), []);
    await source.answer('i/0');
    await expect(Promise.all([one, two, loader.want(now(0), [])])).resolves.toHaveLength(3);
    expect(source.asked).toEqual(['i/0']);
  });

  it('fetches no more ahead than fits into half its memory', async () => {
    const source = slowSource(100);
    const loader = new FrameLoader(400, source.fetch);
    const wanted = loader.want(now(0), refs(1, 2, 3, 4, 5));
    for (const frame of [0, 1, 2, 3]) await source.answer(`i/${frame}`);
    await wanted;
    expect(source.asked).toEqual(['i/0', 'i/1', 'i/2']);
  });

  it('passes an error on, and asks again the next time', async () => {
    const source = slowSource();
    const loader = new FrameLoader(1000, source.fetch);
    const wanted = loader.want(now(0), []);
    source.open.get('i/0')?.fail(new FieldboxError('PIXELS_DAMAGED'));
    await expect(wanted).rejects.toMatchObject({ code: 'PIXELS_DAMAGED' });
    const again = loader.want(now(0), []);
    await source.answer('i/0');
    await expect(again).resolves.toBeDefined();
  });

  it('goes on after a frame ahead that cannot be had', async () => {
    const source = slowSource();
    const loader = new FrameLoader(1000, source.fetch);
    const wanted = loader.want(now(0), refs(1, 2, 3));
    await source.answer('i/0');
    await wanted;
    source.open.get('i/1')?.fail(new FieldboxError('PIXELS_DAMAGED'));
    await source.answer('i/2');
    expect(source.asked).toContain('i/3');
  });

  it('cancels everything when it is closed', async () => {
    const source = slowSource();
    const loader = new FrameLoader(1000, source.fetch);
    const wanted = loader.want(now(0), refs(1));
    loader.close();
    await expect(wanted).rejects.toMatchObject({ name: 'AbortError' });
    expect(source.asked).toEqual(['i/0']);
  });
});
