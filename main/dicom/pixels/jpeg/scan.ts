import { type BitReader, CodedDataError, type HuffmanTable } from './bits';

/** One colour component and its coefficients in zigzag order, block after block. */
export interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Blocks that hold picture, and blocks that are coded in interleaved scans. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly paddedWide: number;
  readonly paddedHigh: number;
  readonly coefficients: Int32Array;
  dc: HuffmanTable | undefined;
  ac: HuffmanTable | undefined;
  predictor: number;
}

export interface Scan {
  readonly components: readonly Component[];
  readonly progressive: boolean;
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly successiveHigh: number;
  readonly successiveLow: number;
  readonly restartInterval: number;
  readonly mcusWide: number;
  readonly mcusHigh: number;
}

type BlockDecoder = (component: Component, block: number) => void;

/** Decodes one scan into the coefficients (T.81 annexes F and G). Stops where the data end; what is missing stays zero. */
export function decodeScan(bits: BitReader, scan: Scan): void {
  const decode = blockDecoder(bits, scan);
  const [only] = scan.components;
  const single = scan.components.length === 1 ? only : undefined;
  const units = single ? single.blocksWide * single.blocksHigh : scan.mcusWide * scan.mcusHigh;
  for (let unit = 0; unit < units; unit += 1) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      bits.restart();
      decode.reset();
      for (const component of scan.components) component.predictor = 0;
    }
    if (single) {
      decode.block(single, Math.floor(unit / single.blocksWide) * single.paddedWide + (unit % single.blocksWide));
    } else {
      decodeMcu(scan, unit, decode.block);
    }
  }
}

function decodeMcu(scan: Scan, mcu: number, decode: BlockDecoder): void {
  const row = Math.floor(mcu / scan.mcusWide);
  const column = mcu % scan.mcusWide;
  for (const component of scan.components) {
    for (let y = 0; y < component.v; y += 1) {
      for (let x = 0; x < component.h; x += 1) {
        decode(component, (row * component.v + y) * component.paddedWide + column * component.h + x);
      }
    }
  }
}

function blockDecoder(bits: BitReader, scan: Scan): { block: BlockDecoder; reset(): void } {
  if (!scan.progressive)
    return { block: (component, block) => sequential(bits, component, block * 64), reset: () => undefined };
  if (scan.spectralStart === 0) {
    const block: BlockDecoder =
      scan.successiveHigh === 0
        ? (component, at) => dcFirst(bits, scan, component, at * 64)
        : (component, at) => {
            if (bits.bit() === 1)
              component.coefficients[at * 64] = (component.coefficients[at * 64] ?? 0) | (1 << scan.successiveLow);
          };
    return { block, reset: () => undefined };
  }
  const run = { left: 0 };
  const block: BlockDecoder =
    scan.successiveHigh === 0
      ? (component, at) => acFirst(bits, scan, component, at * 64, run)
      : (component, at) => acRefine(bits, scan, component, at * 64, run);
  return { block, reset: () => (run.left = 0) };
}

function table(found: HuffmanTable | undefined): HuffmanTable {
  if (!found) throw new CodedDataError('a Huffman table is missing');
  return found;
}

function sequential(bits: BitReader, component: Component, at: number): void {
  const { coefficients } = component;
  component.predictor += bits.signed(table(component.dc).read(bits));
  coefficients[at] = component.predictor;
  const ac = table(component.ac);
  for (let k = 1; k < 64; k += 1) {
    const symbol = ac.read(bits);
    const size = symbol & 15;
    const zeros = symbol >> 4;
    if (size === 0) {
      if (zeros < 15) return;
      k += 15;
      continue;
    }
    k += zeros;
    if (k > 63) throw new CodedDataError('a block has too many coefficients');
    coefficients[at + k] = bits.signed(size);
  }
}

function dcFirst(bits: BitReader, scan: Scan, component: Component, at: number): void {
  component.predictor += bits.signed(table(component.dc).read(bits));
  component.coefficients[at] = component.predictor << scan.successiveLow;
}

function acFirst(bits: BitReader, scan: Scan, component: Component, at: number, run: { left: number }): void {
  if (run.left > 0) {
    run.left -= 1;
    return;
  }
  const ac = table(component.ac);
  for (let k = scan.spectralStart; k <= scan.spectralEnd; k += 1) {
    const symbol = ac.read(bits);
    const size = symbol & 15;
    const zeros = symbol >> 4;
    if (size === 0) {
      if (zeros < 15) {
        run.left = (1 << zeros) - 1 + bits.bits(zeros);
        return;
      }
      k += 15;
      continue;
    }
    k += zeros;
    if (k > 63) throw new CodedDataError('a block has too many coefficients');
    component.coefficients[at + k] = bits.signed(size) * (1 << scan.successiveLow);
  }
}

/** T.81 G.1.2.3: one more bit for coefficients that are known, new ones between them. */
function acRefine(bits: BitReader, scan: Scan, component: Component, at: number, run: { left: number }): void {
  const { coefficients } = component;
  const plus = 1 << scan.successiveLow;
  const refine = (index: number): void => {
    const value = coefficients[index] ?? 0;
    if (bits.bit() === 1 && (Math.abs(value) & plus) === 0) coefficients[index] = value + (value > 0 ? plus : -plus);
  };
  let k = scan.spectralStart;
  if (run.left === 0) {
    const ac = table(component.ac);
    for (; k <= scan.spectralEnd; k += 1) {
      const symbol = ac.read(bits);
      const size = symbol & 15;
      let zeros = symbol >> 4;
      let value = 0;
      if (size === 0) {
        if (zeros < 15) {
          run.left = (1 << zeros) + bits.bits(zeros);
          break;
        }
      } else {
        value = bits.bit() === 1 ? plus : -plus;
      }
      for (; k <= scan.spectralEnd; k += 1) {
        if ((coefficients[at + k] ?? 0) !== 0) refine(at + k);
        else if (zeros === 0) break;
        else zeros -= 1;
      }
      if (value !== 0 && k <= scan.spectralEnd) coefficients[at + k] = value;
    }
  }
  if (run.left > 0) {
    for (; k <= scan.spectralEnd; k += 1) if ((coefficients[at + k] ?? 0) !== 0) refine(at + k);
    run.left -= 1;
  }
}
