import { BitReader, CodedDataError, HuffmanTable } from './bits';
import { inverseDct } from './idct';
import { type Component, decodeScan } from './scan';

/** A decoded DCT image: components as they were coded, without any colour conversion. */
export interface JpegImage {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
  /** Samples of a pixel together. */
  readonly samples: Uint16Array;
  readonly components: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
  readonly progressive: boolean;
  readonly components: Component[];
  readonly hMax: number;
  readonly vMax: number;
}

const MAX_SAMPLES = 512 * 1024 * 1024;

/**
 * Decodes JPEG by DCT with Huffman coding: baseline, extended and progressive, 8 or 12 bits (ITU-T T.81; the processes of
 * PS3.5 A.4.1, the retired ones included). Data that break off leave the rest grey, as other decoders do.
 * Throws CodedDataError.
 */
export function decodeJpeg(bytes: Uint8Array): JpegImage {
  const decoder = new Decoder(bytes);
  return decoder.decode();
}

class Decoder {
  private readonly quantization: (Uint16Array | undefined)[] = [];
  private readonly dcTables: (HuffmanTable | undefined)[] = [];
  private readonly acTables: (HuffmanTable | undefined)[] = [];
  private frame: Frame | null = null;
  private restartInterval = 0;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  decode(): JpegImage {
    let scans = 0;
    for (let marker = this.nextMarker(); marker !== null && marker !== 0xd9; marker = this.nextMarker()) {
      if (marker === 0xd8 || (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01) continue;
      const end = this.at + this.u16(this.at);
      if (marker === 0xdb) this.readQuantization(this.at + 2, end);
      else if (marker === 0xc4) this.readHuffman(this.at + 2, end);
      else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) this.readFrame(marker === 0xc2);
      else if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc)
        throw new CodedDataError('not a DCT process');
      else if (marker === 0xdd) this.restartInterval = this.u16(this.at + 2);
      else if (marker === 0xda) {
        this.readScan(end);
        scans += 1;
        continue;
      }
      this.at = end;
    }
    if (!this.frame || scans === 0) throw new CodedDataError('there is no picture');
    return this.output(this.frame);
  }

  private nextMarker(): number | null {
    const { bytes } = this;
    while (this.at + 1 < bytes.length) {
      if (bytes[this.at] === 0xff && bytes[this.at + 1] !== 0 && bytes[this.at + 1] !== 0xff) {
        this.at += 2;
        return bytes[this.at - 1] ?? null;
      }
      this.at += 1;
    }
    return null;
  }

  private u8(at: number): number {
    const value = this.bytes[at];
    if (value === undefined) throw new CodedDataError('the header ends');
    return value;
  }

  private u16(at: number): number {
    return (this.u8(at) << 8) | this.u8(at + 1);
  }

  private readQuantization(start: number, end: number): void {
    for (let at = start; at < end;) {
      const wide = this.u8(at) >> 4 !== 0;
      const table = new Uint16Array(64);
      for (let k = 0; k < 64; k += 1) table[k] = wide ? this.u16(at + 1 + k * 2) : this.u8(at + 1 + k);
      this.quantization[this.u8(at) & 15] = table;
      at += 1 + (wide ? 128 : 64);
    }
  }

  private readHuffman(start: number, end: number): void {
    for (let at = start; at + 17 <= end;) {
      const counts = this.bytes.slice(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const table = new HuffmanTable(counts, this.bytes.slice(at + 17, at + 17 + total));
      (this.u8(at) >> 4 === 0 ? this.dcTables : this.acTables)[this.u8(at) & 15] = table;
      at += 17 + total;
    }
  }

  private readFrame(progressive: boolean): void {
    const precision = this.u8(this.at + 2);
    const height = this.u16(this.at + 3);
    const width = this.u16(this.at + 5);
    const count = this.u8(this.at + 7);
    if (
      ![8, 12].includes(precision) ||
      width === 0 ||
      height === 0 ||
      ![1, 3, 4].includes(count) ||
      width * height * count > MAX_SAMPLES
    ) {
      throw new CodedDataError('the frame header cannot be true');
    }
    const raw = Array.from({ length: count }, (_, index) => {
      const at = this.at + 8 + index * 3;
      return { id: this.u8(at), h: this.u8(at + 1) >> 4, v: this.u8(at + 1) & 15, quantization: this.u8(at + 2) };
    });
    if (raw.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4))
      throw new CodedDataError('a sampling factor cannot be true');
    const hMax = Math.max(...raw.map((component) => component.h));
    const vMax = Math.max(...raw.map((component) => component.v));
    const mcusWide = Math.ceil(width / (8 * hMax));
    const mcusHigh = Math.ceil(height / (8 * vMax));
    const components = raw.map((component): Component => {
      const paddedWide = mcusWide * component.h;
      const paddedHigh = mcusHigh * component.v;
      return {
        ...component,
        blocksWide: Math.ceil((width * component.h) / hMax / 8),
        blocksHigh: Math.ceil((height * component.v) / vMax / 8),
        paddedWide,
        paddedHigh,
        coefficients: new Int32Array(paddedWide * paddedHigh * 64),
        dc: undefined,
        ac: undefined,
        predictor: 0,
      };
    });
    this.frame = { width, height, precision, progressive, components, hMax, vMax };
  }

  private readScan(end: number): void {
    const { frame } = this;
    if (!frame) throw new CodedDataError('a scan stands before the frame');
    const count = this.u8(this.at + 2);
    const components: Component[] = [];
    for (let index = 0; index < count; index += 1) {
      const component = frame.components.find((one) => one.id === this.u8(this.at + 3 + index * 2));
      if (!component) throw new CodedDataError('a scan names an unknown component');
      const tables = this.u8(this.at + 4 + index * 2);
      component.dc = this.dcTables[tables >> 4];
      component.ac = this.acTables[tables & 15];
      component.predictor = 0;
      components.push(component);
    }
    const parameters = this.at + 3 + count * 2;
    const bits = new BitReader(this.bytes, end);
    try {
      decodeScan(bits, {
        components,
        progressive: frame.progressive,
        spectralStart: this.u8(parameters),
        spectralEnd: Math.min(63, this.u8(parameters + 1)),
        successiveHigh: this.u8(parameters + 2) >> 4,
        successiveLow: this.u8(parameters + 2) & 15,
        restartInterval: this.restartInterval,
        mcusWide: Math.ceil(frame.width / (8 * frame.hMax)),
        mcusHigh: Math.ceil(frame.height / (8 * frame.vMax)),
      });
    } catch (error) {
      if (!(error instanceof CodedDataError)) throw error; // a scan that breaks off keeps what it has given
    }
    this.at = bits.at;
  }

  private output(frame: Frame): JpegImage {
    const { width, height, components, precision, hMax, vMax } = frame;
    const samples = new Uint16Array(width * height * components.length);
    components.forEach((component, index) => {
      const table = this.quantization[component.quantization];
      if (!table) throw new CodedDataError('a quantization table is missing');
      const stride = component.paddedWide * 8;
      const plane = new Uint16Array(stride * component.paddedHigh * 8);
      for (let block = 0; block < component.paddedWide * component.paddedHigh; block += 1) {
        const x = (block % component.paddedWide) * 8;
        const y = Math.floor(block / component.paddedWide) * 8;
        inverseDct(component.coefficients, block * 64, table, precision, plane, y * stride + x, stride);
      }
      const xs = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * component.h) / hMax));
      for (let y = 0; y < height; y += 1) {
        const row = Math.floor((y * component.v) / vMax) * stride;
        for (let x = 0; x < width; x += 1)
          samples[(y * width + x) * components.length + index] = plane[row + (xs[x] ?? 0)] ?? 0;
      }
    });
    return { width, height, precision, samples, components: components.length };
  }
}

export { CodedDataError } from './bits';
