import { readJpegHeader } from './jpeg-header';

/** SOC and SIZ follow each other (ITU-T T.800 A.4.1, A.5.1); in a JP2 file they stand behind its boxes, all of them short. */
const SOC_SIZ = [0xff, 0x4f, 0xff, 0x51] as const;
const SEARCHED = 4096;

/** How many samples a coded picture of the JPEG families says it has; null when it does not say. Decodes nothing. */
export function codedSamples(coded: Uint8Array): number | null {
  if (coded[0] === 0xff && coded[1] === 0xd8) {
    const header = readJpegHeader(coded);
    return header && header.width * header.height * Math.max(1, header.componentIds.length);
  }
  for (let at = 0; at + 42 <= Math.min(coded.length, SEARCHED); at += 1) {
    if (SOC_SIZ.every((byte, index) => coded[at + index] === byte))
      return sizeSamples(new DataView(coded.buffer, coded.byteOffset + at));
  }
  return null;
}

/** Extent of the reference grid less its offset, times the components. */
function sizeSamples(view: DataView): number {
  const width = view.getUint32(8) - view.getUint32(16);
  const height = view.getUint32(12) - view.getUint32(20);
  return Math.max(0, width) * Math.max(0, height) * view.getUint16(40);
}
