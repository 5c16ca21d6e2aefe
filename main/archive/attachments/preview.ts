import type { Preview } from '@shared/contract/attachments';

const TEXTS: ReadonlySet<string> = new Set(['text/plain', 'application/xml', 'application/hl7-v2']);
const PICTURES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/tiff',
  'image/webp',
  'image/heic',
  'image/avif',
  'image/gif',
  'image/bmp',
]);

/** Larger ones are not read into memory to be shown. In bytes. */
const LARGEST: Readonly<Record<Exclude<Preview, 'none'>, number>> = {
  pdf: 256 * 2 ** 20,
  image: 256 * 2 ** 20,
  text: Number.POSITIVE_INFINITY,
};

/** How a file of this type is shown. Pages with scripts, programs and all that is not known are never opened here. */
export function previewOf(contentType: string, bytes: number): Preview {
  const preview: Preview =
    contentType === 'application/pdf'
      ? 'pdf'
      : PICTURES.has(contentType)
        ? 'image'
        : TEXTS.has(contentType)
          ? 'text'
          : 'none';
  return preview === 'none' || bytes <= LARGEST[preview] ? preview : 'none';
}
