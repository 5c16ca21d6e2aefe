import type { Encoding } from '../../boxes/receive-body';

/** Bytes in a second over one connection above which packing costs more time than it saves, and below which it pays again. */
const FAST = 4 * 1024 * 1024;
const SLOW = 1.5 * 1024 * 1024;
/** Less than this says more of the way there and back than of how fast bytes go. */
const TELLING_BYTES = 64 * 1024;

/**
 * How fast the link to another Fieldbox is, and what follows from it: on slow links files are packed where that makes them smaller, and
 * it is worth a question whether something of them is there already.
 */
export class LinkSpeed {
  /** Unknown counts as slow. */
  isFast = false;

  encodingOf(TransferSyntaxUID: string): Encoding {
    return this.isFast || isPacked(TransferSyntaxUID) ? 'identity' : 'deflate';
  }

  /** The connection broke off: what was known of it does not hold any more. */
  forget(): void {
    this.isFast = false;
  }

  /** Takes in how long so many bytes of an image were on their way, without what the other side did with them afterwards. */
  note(bytes: number, ms: number): void {
    const bytesPerSecond = (bytes * 1000) / Math.max(1, ms);
    if (bytesPerSecond > FAST) this.isFast = true;
    else if (bytesPerSecond < SLOW && bytes > TELLING_BYTES) this.isFast = false;
  }
}

/** JPEG family, RLE, video (encapsulated, PS3.5 A.4) and Deflated Explicit VR Little Endian. */
function isPacked(TransferSyntaxUID: string): boolean {
  return /^1\.2\.840\.10008\.1\.2\.([45]|1\.99)/.test(TransferSyntaxUID);
}
