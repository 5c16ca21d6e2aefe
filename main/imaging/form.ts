import { isLosslessWebp } from './containers';
import type { PhotoHeader } from './decode';
import type { PhotoKind } from './detect';
import type { ExifFacts } from './exif';
import type { Raster } from './raster';
import { SopClass } from './uids';

/** What a photo becomes: a photograph, a screenshot or scan, or several pages or frames of them. */
export type PhotoForm = 'photograph' | 'capture' | 'pages';

/** Whether the format holds the samples exactly. */
export function isLossless(bytes: Uint8Array, kind: PhotoKind): boolean {
  return (
    kind === 'png' || kind === 'tiff' || kind === 'bmp' || kind === 'gif' || (kind === 'webp' && isLosslessWebp(bytes))
  );
}

/**
 * What a photo becomes. Cameras and phones write JPEG, HEIC, AVIF and lossy WebP, or say in the Exif of other formats
 * which camera it was and when: VL Photographic Image, a single frame of 8 bits (PS3.3 A.32.4, C.8.12.1). Everything
 * else is a screenshot or a scan: Secondary Capture, and its multi-frame classes for several pages (A.8).
 */
export function photoForm(bytes: Uint8Array, kind: PhotoKind, header: PhotoHeader, exif: ExifFacts): PhotoForm {
  if (header.pages > 1) return 'pages';
  const named = exif.takenAt !== undefined && (exif.make !== undefined || exif.model !== undefined);
  return header.bits === 8 && (named || !isLossless(bytes, kind)) ? 'photograph' : 'capture';
}

/** XC is a photograph by a camera, OT what no other term fits (PS3.3 C.7.3.1.1.1). */
export function modalityOf(form: PhotoForm): 'XC' | 'OT' {
  return form === 'photograph' ? 'XC' : 'OT';
}

export function sopClassOf(form: PhotoForm, samples: Pick<Raster, 'channels' | 'data'>): string {
  if (form === 'photograph') return SopClass.VLPhotographic;
  if (form === 'capture') return SopClass.SecondaryCapture;
  if (samples.channels === 3) return SopClass.MultiFrameTrueColor;
  return samples.data instanceof Uint16Array ? SopClass.MultiFrameGrayscaleWord : SopClass.MultiFrameGrayscaleByte;
}
