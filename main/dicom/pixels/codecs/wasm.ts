import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FieldboxError } from '@shared/errors';

const require = createRequire(import.meta.url);

/** The shape that all codecs of the family share. */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  readHeader?(): void;
  decode(): void;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned?: boolean };
  getInterleaveMode?(): number;
  getColorSpace?(): number;
  delete(): void;
}
interface WasmModule {
  readonly [className: string]: unknown;
  getExceptionMessage?(pointer: number): string;
}
type Factory = (options: object) => Promise<WasmModule>;

interface Codec {
  readonly script: string;
  readonly binary: string;
  readonly className: string;
}

const CODECS = {
  jpeg: {
    script: '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
    binary: '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm',
    className: 'JPEGDecoder',
  },
  'jpeg-ls': {
    script: '@cornerstonejs/codec-charls/decodewasmjs',
    binary: '@cornerstonejs/codec-charls/decodewasm',
    className: 'JpegLSDecoder',
  },
  jpeg2000: {
    script: '@cornerstonejs/codec-openjpeg/decodewasmjs',
    binary: '@cornerstonejs/codec-openjpeg/decodewasm',
    className: 'J2KDecoder',
  },
  htj2k: {
    script: '@cornerstonejs/codec-openjph/wasmjs',
    binary: '@cornerstonejs/codec-openjph/wasm',
    className: 'HTJ2KDecoder',
  },
} as const satisfies Record<string, Codec>;
export type WasmCodec = keyof typeof CODECS;

/** A decoded image as the codec gives it. */
export interface CodecImage {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bitsPerSample: number;
  readonly signed: boolean;
  /** JPEG-LS interleave mode: 0 is planes one after the other. */
  readonly planar: boolean;
  /** Little-endian samples of one or two bytes. A copy. */
  readonly bytes: Uint8Array;
}

const modules = new Map<WasmCodec, Promise<WasmModule>>();

/** Decodes one image. A codec that fails is loaded afresh the next time. Throws PIXELS_DAMAGED. */
export async function decodeWasm(name: WasmCodec, coded: Uint8Array): Promise<CodecImage> {
  let decoder: WasmDecoder | undefined;
  try {
    const module = await load(name);
    // The class is exported under this name by the codec's own build.
    const Decoder = module[CODECS[name].className] as new () => WasmDecoder;
    decoder = new Decoder();
    decoder.getEncodedBuffer(coded.length).set(coded);
    decoder.decode();
    const info = decoder.getFrameInfo();
    const image = {
      width: info.width,
      height: info.height,
      components: info.componentCount,
      bitsPerSample: info.bitsPerSample,
      signed: info.isSigned === true,
      planar: info.componentCount > 1 && decoder.getInterleaveMode?.() === 0,
      // Some codecs give a clamped array, which is no Uint8Array.
      bytes: new Uint8Array(decoder.getDecodedBuffer()),
    };
    decoder.delete();
    // The codecs of JPEG 2000 report a stream they cannot read by giving nothing.
    const length = image.width * image.height * image.components * (image.bitsPerSample > 8 ? 2 : 1);
    if (length === 0 || image.bytes.length < length) throw new Error('the codec gave no picture');
    return image;
  } catch (error) {
    // An aborted module is of no more use; its memory goes with it.
    modules.delete(name);
    throw new FieldboxError('PIXELS_DAMAGED', {}, error instanceof Error ? error : new Error(String(error)));
  }
}

function load(name: WasmCodec): Promise<WasmModule> {
  let module = modules.get(name);
  if (!module) {
    const { script, binary } = CODECS[name];
    const exported = require(script) as Factory | { default: Factory };
    const factory = typeof exported === 'function' ? exported : exported.default;
    const silent = (): void => undefined; // codecs print warnings about every odd file
    module = factory({ wasmBinary: readFileSync(require.resolve(binary)), print: silent, printErr: silent });
    modules.set(name, module);
  }
  return module;
}
