import { pendingOrientation, readHeader } from './decode';
import type { PhotoKind } from './detect';
import { readExif, type Orientation } from './exif';
import { modalityOf, photoForm } from './form';
import { swapsSides } from './raster';

export interface PhotoInfo {
  /** Size of the upright picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** How the stored rows and columns lie; for HEIC and AVIF, what their own boxes say. */
  readonly orientation: Orientation;
  readonly pages: number;
  /** Modality of the DICOM object that `makePhotoDicom` makes of it; a series has only one. */
  readonly modality: 'XC' | 'OT';
  /** By the camera's clock: YYYY-MM-DDTHH:MM:SS with +HH:MM where the camera tells it. */
  readonly takenAt?: string;
  readonly make?: string;
  readonly model?: string;
}

/**
 * What a photo says about itself, without decoding it.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function photoInfo(bytes: Uint8Array, kind: PhotoKind): Promise<PhotoInfo> {
  const header = await readHeader(bytes, kind);
  const exif = readExif(bytes);
  const { orientation: _own, ...camera } = exif;
  const [orientation = 1] = header.orientations;
  // libvips reports the size of an AVIF as its boxes turn it, our own reader that of a HEIC as it is stored.
  const turned = kind === 'heic' ? orientation : pendingOrientation(header, kind);
  const [width, height] = swapsSides(turned) ? [header.height, header.width] : [header.width, header.height];
  return {
    width,
    height,
    orientation,
    pages: header.pages,
    modality: modalityOf(photoForm(bytes, kind, header, exif)),
    ...camera,
  };
}
