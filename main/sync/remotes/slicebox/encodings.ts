import type { Encoding } from '../../boxes/receive-body';

/** Bytes in a second over one connection above which packing costs more time than it saves, and below which it pays again. */
const FAST = 10 * 1024 * 1024;
const SLOW = 4 * 1024 * 1024;

/** Whether files are packed on the way between two Fieldboxes: on slow links, and only where packing makes them smaller. */
export class Encodings {
  private fast = false;

  choose(TransferSyntaxUID: string): Encoding {
    return this.fast || isPacked(TransferSyntaxUID) ? 'identity' : 'deflate';
  }

  /** Takes in how fast an image went. */
  note(bytes: number, ms: number): void {
    const bytesPerSecond = (bytes * 1000) / Math.max(1, ms);
    if (bytesPerSecond > FAST) this.fast = true;
    else if (bytesPerSecond < SLOW && bytes > 64 * 1024) this.fast = false;
  }
}

/** JPEG family, RLE, video (encapsulated, PS3.5 A.4) and Deflated Explicit VR Little Endian. */
function isPacked(TransferSyntaxUID: string): boolean {
  return /^1\.2\.840\.10008\.1\.2\.([45]|1\.99)/.test(TransferSyntaxUID);
}
