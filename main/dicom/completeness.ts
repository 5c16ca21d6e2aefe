import type { ReadResult } from './reader';
import { Tags } from './tags';

/** Float Pixel Data (7FE0,0008) and Double Float Pixel Data (7FE0,0009), PS3.3 C.7.6.24. */
const PIXEL_TAGS = [Tags.PixelData, 0x7fe00008, 0x7fe00009];
/** Many devices cut the last bytes; an image that lacks more than this share was not copied whole. */
const MISSING_SHARE = 0.1;
/** Of a value other than pixels: a report or plan with less than half of it is not worth keeping as if it were whole. */
const PRESENT_SHARE = 0.5;

/**
 * Whether so much of a file is missing that it was plainly cut off (a copy that stopped, a full stick): an image without its
 * pixels or with a visible part of them missing, a document of which less than half is there. What lacks only a delimiter
 * or a few last bytes, and rubbish behind complete pixels, is no reason to refuse the only copy there may be.
 */
export function isCutOff(file: ReadResult): boolean {
  const { cut, dataset } = file;
  if (cut === null) return false;
  if (!dataset.has(Tags.Rows)) return cut.claimed > 8 && cut.present < cut.claimed * PRESENT_SHARE;
  const pixels = PIXEL_TAGS.map((tag) => dataset.element(tag)).find((element) => element !== undefined);
  if (!pixels) return true;
  if (cut.tag !== pixels.tag) return false;
  if (!pixels.fragments) return cut.claimed - cut.present > cut.claimed * MISSING_SHARE;
  const frames = Math.max(1, dataset.number(Tags.NumberOfFrames) ?? 1);
  // The first fragment is the Basic Offset Table (PS3.5 A.4); each frame has at least one fragment of its own.
  if (pixels.fragments.length - 1 < frames) return true;
  const total = pixels.fragments.reduce((sum, fragment) => sum + fragment.length, 0);
  const missing = cut.claimed - cut.present;
  return cut.claimed > 8 && missing > (total + missing) * MISSING_SHARE;
}
