import { Buffer } from 'node:buffer';
import { FieldboxError } from '@shared/errors';
import type { DicomFile } from '../../dicom/model';
import { displayFrame, encodePng, renderFrame, type RenderSettings } from '../../dicom/pixels';
import { readDicom } from '../../dicom/reader';
import { Tags } from '../../dicom/tags';
import { thumbnailOfPixels } from '../../imaging/thumbnail';
import { FileSource } from '../../platform/file-source';

/** Rendered heights above this gain nothing for a small picture and cost time. */
const THUMBNAIL_RENDER_HEIGHT = 512;

async function withFile<T>(path: string, use: (file: DicomFile) => Promise<T> | T): Promise<T> {
  const source = new FileSource(path);
  try {
    return await use(readDicom(source));
  } finally {
    source.close();
  }
}

/** A small JPEG of the middle frame. Throws NO_PIXELS, PIXELS_*, DICOM_*. */
export async function thumbnail(input: {
  readonly path: string;
  readonly side: number;
}): Promise<{ jpeg: Uint8Array }> {
  return withFile(input.path, async (file) => {
    const frames = Math.max(1, file.dataset.number(Tags.NumberOfFrames) ?? 1);
    const display = await displayFrame(file, Math.floor((frames - 1) / 2));
    const height = Math.min(THUMBNAIL_RENDER_HEIGHT, display.header.height);
    const picture = renderFrame(display, { height: Math.max(1, height) });
    return { jpeg: await thumbnailOfPixels(picture, input.side) };
  });
}

/** Quality of pictures for systems that show JPEG only. */
const PICTURE_QUALITY = 92;

/** The first frame as a JPEG with 8 bits a sample, at most `side` pixels long. Throws NO_PIXELS, PIXELS_*, DICOM_*. */
export async function picture(input: { readonly path: string; readonly side: number }): Promise<{ jpeg: Uint8Array }> {
  return withFile(input.path, async (file) => {
    const display = await displayFrame(file, 0);
    const { width, height, pixelAspect } = display.header;
    const tall = height * Math.max(1, pixelAspect);
    const wide = width / Math.min(1, pixelAspect);
    const scale = Math.min(1, input.side / Math.max(tall, wide));
    const drawn = renderFrame(display, scale < 1 ? { height: Math.max(1, Math.round(tall * scale)) } : {});
    return { jpeg: await thumbnailOfPixels(drawn, input.side, PICTURE_QUALITY) };
  });
}

/** One frame in the form of shared/contract/frames.ts. Throws NO_PIXELS, NO_SUCH_FRAME, PIXELS_*, DICOM_*. */
export async function frame(input: { readonly path: string; readonly frame: number }): Promise<{ bytes: Uint8Array }> {
  return withFile(input.path, async (file) => {
    const { header, samples } = await displayFrame(file, input.frame);
    const json = Buffer.from(JSON.stringify(header), 'utf8');
    const padding = (8 - ((4 + json.length) % 8)) % 8;
    const body = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const bytes = new Uint8Array(4 + json.length + padding + body.length);
    new DataView(bytes.buffer).setUint32(0, json.length + padding, true);
    bytes.set(json, 4);
    bytes.fill(0x20, 4 + json.length, 4 + json.length + padding);
    bytes.set(body, 4 + json.length + padding);
    return { bytes };
  });
}

/** One frame as PNG with a window applied. Throws as `frame`. */
export async function render(
  input: { readonly path: string; readonly frame: number } & RenderSettings,
): Promise<{ png: Uint8Array }> {
  return withFile(input.path, async (file) => {
    const display = await displayFrame(file, input.frame);
    return { png: encodePng(renderFrame(display, input)) };
  });
}

/** The document inside an Encapsulated PDF (PS3.3 A.45.1). Throws NO_PIXELS when there is none. */
export async function document(input: { readonly path: string }): Promise<{ bytes: Uint8Array }> {
  return withFile(input.path, (file) => {
    const bytes = file.dataset.bytes(Tags.EncapsulatedDocument);
    if (!bytes) throw new FieldboxError('NO_PIXELS');
    // EncapsulatedDocumentLength (0042,0015) tells the length without padding.
    const length = file.dataset.number(0x00420015) ?? bytes.length;
    return { bytes: bytes.slice(0, length > 0 && length <= bytes.length ? length : bytes.length) };
  });
}
