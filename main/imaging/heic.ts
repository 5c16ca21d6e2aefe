import { createRequire } from 'node:module';
import { FieldboxError } from '@shared/errors';
import { readHeif } from './heif';
import { checkSize } from './limits';
import { flattenRgba, type Raster } from './raster';

/** A pointer into libheif's memory. */
type Handle = object;

interface HeifFailure {
  readonly code: unknown;
  readonly message?: string;
}

interface HeifChannel {
  readonly id: unknown;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly data: Uint8Array;
}

interface HeifPicture {
  readonly image: Handle;
  readonly channels: readonly HeifChannel[];
  readonly code?: unknown;
}

/** The part of libheif's own interface that is used; its convenience classes write to the standard output. */
interface LibHeif {
  readonly ready: Promise<unknown>;
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: unknown };
  readonly heif_channel: { readonly heif_channel_interleaved: unknown };
  heif_context_alloc(): Handle | null;
  heif_context_free(context: Handle): void;
  heif_context_read_from_memory(context: Handle, bytes: Uint8Array): HeifFailure;
  heif_context_get_number_of_top_level_images(context: Handle): number;
  heif_js_context_get_primary_image_handle(context: Handle): (Handle & Partial<HeifFailure>) | null;
  heif_image_handle_get_width(handle: Handle): number;
  heif_image_handle_get_height(handle: Handle): number;
  heif_image_handle_release(handle: Handle): void;
  heif_image_release(image: Handle): void;
  heif_js_decode_image2(handle: Handle, colorspace: unknown, chroma: unknown): HeifPicture | Promise<HeifPicture>;
}

let library: LibHeif | undefined;

/** libheif as WebAssembly, as heic-decode brings it. */
async function loadHeif(): Promise<LibHeif> {
  if (library === undefined) {
    const here = createRequire(import.meta.url);
    library = createRequire(here.resolve('heic-decode'))('libheif-js/wasm-bundle') as LibHeif;
    await library.ready;
  }
  return library;
}

/**
 * Decodes the primary picture of a HEIC file to RGB. The file's own rotation and mirroring are applied; its Exif
 * orientation is not, for it only repeats them (ISO/IEC 23008-12, Annex A).
 * @returns the picture and how many other pictures the file holds
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE
 */
export async function decodeHeic(bytes: Uint8Array): Promise<{ raster: Raster; others: number }> {
  const claimed = readHeif(bytes);
  if (claimed === undefined) throw damaged('no meta box');
  if (claimed.width !== undefined && claimed.height !== undefined) checkSize(claimed.width, claimed.height);
  const heif = await loadHeif();
  const context = heif.heif_context_alloc();
  if (context === null) throw new FieldboxError('INTERNAL', {}, new Error('libheif gave no context'));
  try {
    const read = heif.heif_context_read_from_memory(context, bytes);
    if (read.code !== heif.heif_error_code.heif_error_Ok) throw damaged(read.message ?? 'cannot be parsed');
    const others = heif.heif_context_get_number_of_top_level_images(context) - 1;
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    if (handle === null || handle.code !== undefined) throw damaged(handle?.message ?? 'no primary picture');
    try {
      return { raster: await decodeHandle(heif, handle), others: Math.max(0, others) };
    } finally {
      heif.heif_image_handle_release(handle);
    }
  } finally {
    heif.heif_context_free(context);
  }
}

async function decodeHandle(heif: LibHeif, handle: Handle): Promise<Raster> {
  checkSize(heif.heif_image_handle_get_width(handle), heif.heif_image_handle_get_height(handle));
  const colour = heif.heif_colorspace.heif_colorspace_RGB;
  const picture = await heif.heif_js_decode_image2(handle, colour, heif.heif_chroma.heif_chroma_interleaved_RGBA);
  if (picture.code !== undefined) throw damaged('cannot be decoded');
  const channel = picture.channels.find((candidate) => candidate.id === heif.heif_channel.heif_channel_interleaved);
  try {
    if (channel === undefined) throw damaged('no colour channel');
    return flattenRgba(withoutStride(channel), channel.width, channel.height);
  } finally {
    heif.heif_image_release(picture.image);
  }
}

function withoutStride(channel: HeifChannel): Uint8Array {
  const row = channel.width * 4;
  if (channel.stride === row) return channel.data;
  const packed = new Uint8Array(row * channel.height);
  for (let y = 0; y < channel.height; y += 1) {
    packed.set(channel.data.subarray(y * channel.stride, y * channel.stride + row), y * row);
  }
  return packed;
}

function damaged(reason: string): FieldboxError {
  return new FieldboxError('PHOTO_DAMAGED', {}, new Error(`HEIC: ${reason}`));
}
