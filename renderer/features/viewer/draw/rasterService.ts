import type { Frame } from '../data/frameCodec';
import { rasterSize, rowPainter } from '../math/raster';
import type { Voi } from '../math/voi';
import type { RasterAnswer, RasterRequest } from './rasterProtocol';

/** A frame as canvas can draw it; covers the whole image whatever its own size. */
export interface Raster {
  readonly source: OffscreenCanvas | ImageBitmap;
  /** Lets go of the memory at once. */
  release(): void;
}

/** What to draw: a frame, named, through a window. */
export interface RasterJob {
  readonly key: string;
  readonly frame: Frame;
  readonly voi: Voi;
  readonly invert: boolean;
}

/** What `now` draws on, kept from one call to the next. */
interface Sheet {
  readonly canvas: OffscreenCanvas;
  readonly picture: ImageData;
}

/** The window's thread works at most this long at a stretch. */
const SLICE_MS = 8;

/**
 * Turns frames into rasters: small ones and previews at once (`now`), large ones in a worker (`later`), of which only the
 * newest request is answered. Where no worker can be had, the same is done in slices.
 */
export class RasterService {
  #worker: Worker | null = null;
  #broken = false;
  #sheet: Sheet | null = null;
  #sentKey = '';
  #nextId = 1;
  #newest = 0;
  #inFlight: { readonly id: number; readonly job: RasterJob; readonly done: (raster: Raster | null) => void } | null =
    null;
  #waiting: { readonly id: number; readonly job: RasterJob; readonly done: (raster: Raster | null) => void } | null =
    null;

  /** Draws every `step`-th pixel right away. The raster is good until the next call: a drag makes no garbage. */
  now(job: RasterJob, step: number): Raster {
    const { header, samples } = job.frame;
    const { width, height } = rasterSize(header, step);
    const sheet = this.#sheetOf(width, height);
    rowPainter(header, samples, job.voi, job.invert)(new Uint32Array(sheet.picture.data.buffer), step, 0, height);
    sheet.canvas.getContext('2d')?.putImageData(sheet.picture, 0, 0);
    return { source: sheet.canvas, release: () => undefined };
  }

  #sheetOf(width: number, height: number): Sheet {
    const held = this.#sheet;
    if (held?.picture.width === width && held.picture.height === height) return held;
    const sheet = { canvas: new OffscreenCanvas(width, height), picture: new ImageData(width, height) };
    this.#sheet = sheet;
    return sheet;
  }

  /** Draws everything without holding up the window; null if a newer request took its place. */
  later(job: RasterJob): Promise<Raster | null> {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#newest = id;
    const worker = this.#openWorker();
    if (!worker) return this.#inSlices(id, job);
    return new Promise((done) => {
      this.#waiting?.done(null);
      this.#waiting = { id, job, done };
      if (!this.#inFlight) this.#send(worker);
    });
  }

  /** Forgets what is wanted. */
  cancel(): void {
    this.#newest = this.#nextId;
    this.#nextId += 1;
    this.#waiting?.done(null);
    this.#waiting = null;
  }

  close(): void {
    this.cancel();
    this.#sheet = null;
    this.#broken = true;
    this.#worker?.terminate();
    this.#worker = null;
    this.#inFlight?.done(null);
    this.#inFlight = null;
  }

  #openWorker(): Worker | null {
    if (this.#broken || this.#worker) return this.#worker;
    try {
      const worker = new Worker(new URL('./rasterWorker.ts', import.meta.url), { type: 'module' });
      worker.addEventListener('message', (event: MessageEvent<RasterAnswer>) => {
        this.#answered(worker, event.data);
      });
      worker.addEventListener('error', () => {
        this.#workerFailed();
      });
      this.#worker = worker;
    } catch {
      // No worker to be had: the slices do the same work, only slower.
      this.#broken = true;
    }
    return this.#worker;
  }

  #send(worker: Worker): void {
    const next = this.#waiting;
    this.#waiting = null;
    this.#inFlight = next;
    if (!next) return;
    const { key, frame, voi, invert } = next.job;
    if (this.#sentKey !== key) {
      const request: RasterRequest = { type: 'frame', key, header: frame.header, samples: frame.samples };
      worker.postMessage(request);
      this.#sentKey = key;
    }
    const request: RasterRequest = { type: 'draw', id: next.id, key, voi, invert };
    worker.postMessage(request);
  }

  #answered(worker: Worker, answer: RasterAnswer): void {
    const done = this.#inFlight;
    this.#inFlight = null;
    const { bitmap } = answer;
    if (done && bitmap && answer.id === this.#newest) {
      done.done({
        source: bitmap,
        release: () => {
          bitmap.close();
        },
      });
    } else {
      bitmap?.close();
      done?.done(null);
    }
    this.#send(worker);
  }

  /** The worker died (memory, most likely): what it owed is done in slices, and so is everything after. */
  #workerFailed(): void {
    this.#broken = true;
    this.#worker?.terminate();
    this.#worker = null;
    const owed = this.#waiting ?? this.#inFlight;
    if (owed !== this.#inFlight) this.#inFlight?.done(null);
    this.#inFlight = null;
    this.#waiting = null;
    if (owed) void this.#inSlices(owed.id, owed.job).then(owed.done);
  }

  async #inSlices(id: number, job: RasterJob): Promise<Raster | null> {
    const { header, samples } = job.frame;
    const picture = emptyPicture(header.width, header.height);
    if (!picture) return null;
    const pixels = new Uint32Array(picture.data.buffer);
    const paint = rowPainter(header, samples, job.voi, job.invert);
    const rows = Math.max(1, Math.floor(65536 / header.width));
    let row = 0;
    while (row < header.height) {
      const until = performance.now() + SLICE_MS;
      while (row < header.height && performance.now() < until) {
        const end = Math.min(row + rows, header.height);
        paint(pixels, 1, row, end);
        row = end;
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (id !== this.#newest) return null;
    }
    return toRaster(picture);
  }
}

/** Null where there is no memory for it: the preview then stays. */
function emptyPicture(width: number, height: number): ImageData | null {
  try {
    return new ImageData(width, height);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function toRaster(picture: ImageData): Raster {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context?.putImageData(picture, 0, 0);
  return {
    source: canvas,
    release: () => {
      canvas.width = 0;
      canvas.height = 0;
    },
  };
}
