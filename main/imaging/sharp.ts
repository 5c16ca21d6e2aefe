import { createRequire, Module } from 'node:module';
import type sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { FieldboxError } from '@shared/errors';
import { MAX_PIXELS } from './limits';

type SharpModule = typeof sharp;
export type SharpInput = Uint8Array | Uint16Array;

type ResolveFilename = (request: string, ...rest: unknown[]) => string;

/** Native builds of sharp, prebuilt or compiled on the machine; the WebAssembly build is none of them. */
const NATIVE_SHARP = /^@img\/sharp-(?!wasm32\b)|\/src\/build\/Release\/sharp-/;

/**
 * Makes the native sharp unresolvable in this process or thread, so that sharp falls through to its WebAssembly build.
 * Photos are untrusted: a decoder that fails natively takes the whole process along, one in WebAssembly only throws.
 * In Electron on Linux the native one must not be loaded at all: it brings its own GLib beside the system's.
 */
function keepNativeOut(): void {
  const loader = Module as unknown as { _resolveFilename: ResolveFilename };
  const original = loader._resolveFilename;
  loader._resolveFilename = function resolve(this: unknown, request: string, ...rest: unknown[]): string {
    if (NATIVE_SHARP.test(request)) {
      throw Object.assign(new Error('Fieldbox uses sharp as WebAssembly only'), { code: 'MODULE_NOT_FOUND' });
    }
    return original.call(this, request, ...rest);
  };
}

keepNativeOut();

let loaded: SharpModule | undefined;

/** sharp in its WebAssembly build, one thread, without a cache; loaded when first asked for (about 250 ms, 60 MB). */
export function loadSharp(): SharpModule {
  if (loaded === undefined) {
    const found = createRequire(import.meta.url)('sharp') as SharpModule;
    if (!('emscripten' in found.versions)) {
      throw new FieldboxError(
        'INTERNAL',
        {},
        new Error('the native sharp was loaded before Fieldbox could keep it out'),
      );
    }
    found.concurrency(1);
    found.cache(false);
    loaded = found;
  }
  return loaded;
}

/** A sharp pipeline over untrusted bytes or over raw samples, bounded to `MAX_PIXELS`. */
export function openSharp(input: SharpInput, options: SharpOptions = {}): Sharp {
  return loadSharp()(input, { limitInputPixels: MAX_PIXELS, ...options });
}

/**
 * Runs a step of sharp on untrusted bytes and names its failure.
 * @throws FieldboxError PHOTO_TOO_LARGE or PHOTO_DAMAGED; what is not an image error of libvips is thrown as it is, so
 * that a worker whose WebAssembly memory is spoilt is ended and not used again
 */
export async function decoding<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (fault) {
    if (!(fault instanceof Error) || fault.constructor !== Error) throw fault;
    if (/pixel limit|too large/i.test(fault.message)) {
      throw new FieldboxError('PHOTO_TOO_LARGE', { limit: `${MAX_PIXELS / 1e6} MP` }, fault);
    }
    throw new FieldboxError('PHOTO_DAMAGED', {}, fault);
  }
}
