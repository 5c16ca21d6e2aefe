import type { Frame } from '../data/frameCodec';
import { stepFor } from '../math/raster';
import { imageToScreen, type Affine, type Point, type Size, type View } from '../math/transform';
import type { Voi } from '../math/voi';
import { RasterService, type Raster, type RasterJob } from './rasterService';

/** Everything that decides what is on the canvas. */
export interface Scene {
  readonly key: string;
  readonly frame: Frame;
  readonly voi: Voi;
  readonly invert: boolean;
  readonly view: View;
  readonly place: Size;
  readonly devicePixelRatio: number;
  /** A drag is going on: speed counts more than finish. */
  readonly interacting: boolean;
  /** Whether pixels larger than three screen pixels are smoothed too. */
  readonly smooth: boolean;
  /** Middle of the magnifier in CSS pixels. */
  readonly magnifier: Point | null;
}

/** Frames up to this many pixels are drawn whole at once (3 to 6 ms on a weak laptop), larger ones by preview and worker. */
const AT_ONCE_PIXELS = 1_100_000;
const MAGNIFIER_RADIUS = 110;
const MAGNIFICATION = 2.5;

/** How the canvas shall interpolate, given device pixels per image pixel. */
export function smoothingFor(ratio: number, interacting: boolean, smooth: boolean): 'off' | ImageSmoothingQuality {
  if (ratio > 3 && !smooth) return 'off';
  if (Math.abs(ratio - 1) < 1e-6) return 'off';
  return interacting ? 'low' : 'high';
}

/** Owns a canvas and paints the newest scene, at most once a screen refresh. */
export class Stage {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #rasters = new RasterService();
  #scene: Scene | null = null;
  #raster: { readonly look: string; readonly whole: boolean; readonly raster: Raster } | null = null;
  #underway = '';
  #request = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false });
    canvas.addEventListener('contextrestored', this.#schedule);
  }

  /** Shows a scene, or black. */
  show(scene: Scene | null): void {
    this.#scene = scene;
    this.#schedule();
  }

  close(): void {
    cancelAnimationFrame(this.#request);
    this.#canvas.removeEventListener('contextrestored', this.#schedule);
    this.#rasters.close();
    this.#raster?.raster.release();
    this.#raster = null;
    this.#scene = null;
  }

  readonly #schedule = (): void => {
    if (this.#request !== 0) return;
    this.#request = requestAnimationFrame(() => {
      this.#request = 0;
      this.#paint();
    });
  };

  #paint(): void {
    const context = this.#context;
    if (!context) return;
    const scene = this.#scene;
    if (scene) this.#fitCanvas(scene);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    if (!scene) {
      this.#rasters.cancel();
      return;
    }
    const raster = this.#rasterOf(scene);
    this.#draw(context, scene, raster, imageToScreen(scene.view, shapeOf(scene), scene.place));
    if (scene.magnifier) this.#magnify(context, scene, raster, scene.magnifier);
  }

  #fitCanvas({ place, devicePixelRatio }: Scene): void {
    const width = Math.max(1, Math.round(place.width * devicePixelRatio));
    const height = Math.max(1, Math.round(place.height * devicePixelRatio));
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }

  #draw(context: CanvasRenderingContext2D, scene: Scene, raster: Raster, map: Affine): void {
    const { width, height } = scene.frame.header;
    const ratio = scene.devicePixelRatio;
    const smoothing = smoothingFor(Math.hypot(map.a, map.b) * ratio, scene.interacting, scene.smooth);
    context.imageSmoothingEnabled = smoothing !== 'off';
    if (smoothing !== 'off') context.imageSmoothingQuality = smoothing;
    // Without interpolation the picture starts on whole device pixels, so that one-to-one is exact.
    const at = (offset: number): number => (smoothing === 'off' ? Math.round(offset * ratio) : offset * ratio);
    context.setTransform(map.a * ratio, map.b * ratio, map.c * ratio, map.d * ratio, at(map.e), at(map.f));
    context.drawImage(raster.source, 0, 0, width, height);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  #magnify(context: CanvasRenderingContext2D, scene: Scene, raster: Raster, at: Point): void {
    const ratio = scene.devicePixelRatio;
    const map = imageToScreen(scene.view, shapeOf(scene), scene.place);
    const grown: Affine = {
      a: map.a * MAGNIFICATION,
      b: map.b * MAGNIFICATION,
      c: map.c * MAGNIFICATION,
      d: map.d * MAGNIFICATION,
      e: at.x + (map.e - at.x) * MAGNIFICATION,
      f: at.y + (map.f - at.y) * MAGNIFICATION,
    };
    context.save();
    context.beginPath();
    context.arc(at.x * ratio, at.y * ratio, MAGNIFIER_RADIUS * ratio, 0, 2 * Math.PI);
    context.clip();
    context.fillStyle = '#000';
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#draw(context, scene, raster, grown);
    context.restore();
    context.beginPath();
    context.arc(at.x * ratio, at.y * ratio, MAGNIFIER_RADIUS * ratio, 0, 2 * Math.PI);
    context.lineWidth = 2 * ratio;
    context.strokeStyle = '#fff';
    context.stroke();
  }

  /** The raster for this scene: the one at hand if it still fits, else a new one; a preview if the frame is large. */
  #rasterOf(scene: Scene): Raster {
    const look = lookOf(scene);
    const held = this.#raster;
    const job: RasterJob = { key: scene.key, frame: scene.frame, voi: scene.voi, invert: scene.invert };
    const { width, height } = scene.frame.header;
    const whole = width * height <= AT_ONCE_PIXELS;
    if (held?.look === look) {
      if (!held.whole && !scene.interacting) this.#improve(job, look);
      return held.raster;
    }
    const raster = this.#rasters.now(job, stepFor(scene.frame.header, AT_ONCE_PIXELS));
    held?.raster.release();
    this.#raster = { look, whole, raster };
    if (whole) this.#rasters.cancel();
    else if (!scene.interacting) this.#improve(job, look);
    return raster;
  }

  #improve(job: RasterJob, look: string): void {
    if (this.#underway === look) return;
    this.#underway = look;
    void this.#rasters.later(job).then((raster) => {
      if (this.#underway === look) this.#underway = '';
      if (!raster) return;
      if (!this.#scene || lookOf(this.#scene) !== look) {
        raster.release();
        return;
      }
      this.#raster?.raster.release();
      this.#raster = { look, whole: true, raster };
      this.#schedule();
    });
  }
}

function shapeOf(scene: Scene): { width: number; height: number; pixelAspect: number } {
  return scene.frame.header;
}

function lookOf({ key, voi, invert }: Scene): string {
  const shape = voi.type === 'window' ? `${voi.center}:${voi.width}:${voi.function}` : 'table';
  return `${key}|${shape}|${invert ? 1 : 0}`;
}
