import type { SampleArray } from './samples';

/** Three samples a pixel to 8-bit RGB. @param bits stored bits of a sample; more than 8 are scaled down */
export function toRgb(samples: SampleArray, photometricInterpretation: string, bits: number): Uint8Array {
  const eight = bits > 8 ? scaled(samples, bits) : samples instanceof Uint8Array ? samples : Uint8Array.from(samples);
  switch (photometricInterpretation) {
    case 'YBR_FULL':
    case 'YBR_ICT':
      return converted(eight, fromYbrFull);
    case 'YBR_PARTIAL':
    case 'YBR_PARTIAL_420':
      return converted(eight, fromYbrPartial);
    case 'YBR_RCT':
      return converted(eight, fromYbrRct);
    default:
      return eight;
  }
}

function scaled(samples: SampleArray, bits: number): Uint8Array {
  const out = new Uint8Array(samples.length);
  const factor = 255 / (2 ** bits - 1);
  for (let i = 0; i < out.length; i += 1) out[i] = Math.round((samples[i] ?? 0) * factor);
  return out;
}

type Conversion = (y: number, cb: number, cr: number, out: Uint8ClampedArray, at: number) => void;

function converted(samples: Uint8Array, convert: Conversion): Uint8Array {
  const out = new Uint8ClampedArray(samples.length);
  for (let at = 0; at + 2 < samples.length; at += 3)
    convert(samples[at] ?? 0, samples[at + 1] ?? 0, samples[at + 2] ?? 0, out, at);
  return new Uint8Array(out.buffer);
}

/** PS3.3 C.7.6.3.1.2, YBR_FULL: ITU-R BT.601 over the full range. */
const fromYbrFull: Conversion = (y, cb, cr, out, at) => {
  out[at] = y + 1.402 * (cr - 128);
  out[at + 1] = y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128);
  out[at + 2] = y + 1.772 * (cb - 128);
};

/** YBR_PARTIAL: luminance from 16 to 235, chrominance from 16 to 240. */
const fromYbrPartial: Conversion = (y, cb, cr, out, at) => {
  const luminance = 1.1644 * (y - 16);
  out[at] = luminance + 1.596 * (cr - 128);
  out[at + 1] = luminance - 0.3917 * (cb - 128) - 0.813 * (cr - 128);
  out[at + 2] = luminance + 2.0173 * (cb - 128);
};

/** YBR_RCT: the reversible transform of JPEG 2000, for the rare stream that was not converted by its codec. */
const fromYbrRct: Conversion = (y, cb, cr, out, at) => {
  const green = y - Math.floor((cb - 128 + (cr - 128)) / 4);
  out[at] = cr - 128 + green;
  out[at + 1] = green;
  out[at + 2] = cb - 128 + green;
};
