import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { SettingsOf, TschartsImageType } from '@shared/model/remotes/settings';
import type { Counterparts } from '../counterparts';
import type { Outgoing } from '../remote';

/** What the service's own programs can show; everything else is drawn for them. */
const SHOWN: ReadonlySet<string> = new Set(['image/jpeg', 'image/png']);
const TYPES: Readonly<Record<string, TschartsImageType>> = {
  headshot: 'Headshot',
  xray: 'Xray',
  surgery: 'Surgery',
  audiogram: 'Audiogram',
};
/** Modalities of projection radiography (PS3.3 C.7.3.1.1.1). */
const XRAY: ReadonlySet<string> = new Set(['CR', 'DX', 'IO', 'PX', 'RG', 'MG', 'XA', 'RF']);

/** Longest sides that are tried, one after the other, until a picture fits; below the last one it is of no use. */
const SIDES = [16_384, 4096, 3072, 2400, 2000, 1600] as const;

/** The type a picture goes as; null when the service has no word for it and none was chosen. */
export function typeOf(item: Outgoing, settings: SettingsOf<'tscharts'>): TschartsImageType | null {
  const own = TYPES[item.facts.kindOfPicture.toLowerCase()];
  return own ?? (XRAY.has(item.facts.Modality) ? 'Xray' : settings.otherAs);
}

/** A picture as it travels: base64 is made of it on the way. */
export interface Picture {
  readonly sha256: string;
  readonly bytes: number;
  /** It is not the file as it came, but was drawn from it. */
  readonly drawn: boolean;
  open(): Readable;
}

/**
 * The picture of an item in at most so many bytes: the photo as it came when it is a JPEG or PNG and fits, else a JPEG drawn
 * from it, as large as fits. `largest` null: nothing to be seen; undefined: nothing fits.
 */
export async function pictureOf(
  item: Outgoing,
  counterparts: Counterparts,
  mostBytes: number,
): Promise<Picture | null | undefined> {
  const { original } = item;
  if (original !== null && SHOWN.has(original.mediaType) && original.bytes > 0 && original.bytes <= mostBytes)
    return { sha256: original.sha256, bytes: original.bytes, drawn: false, open: () => original.open() };
  for (const side of SIDES) {
    const jpeg = await counterparts.jpegOf(item.image, side);
    if (jpeg === null) return null;
    if (jpeg.length <= mostBytes)
      return {
        sha256: createHash('sha256').update(jpeg).digest('hex'),
        bytes: jpeg.length,
        drawn: true,
        open: () => Readable.from([Buffer.from(jpeg)]),
      };
  }
  return undefined;
}

/** Bytes of a number of bytes as base64 with padding (RFC 4648 section 4). */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** A JSON object with the picture as its last member `data`: one line of base64, made while it is sent. */
export function jsonWithData(
  fields: Readonly<Record<string, string | number>>,
  picture: Picture,
  progress: (bytes: number) => void,
): { readonly bytes: number; open(): Readable } {
  const head = `${JSON.stringify(fields).slice(0, -1)},"data":"`;
  const tail = '"}';
  return {
    bytes: Buffer.byteLength(head) + base64Length(picture.bytes) + tail.length,
    open: () => Readable.from(written(head, picture.open(), tail, progress), { objectMode: false }),
  };
}

async function* written(
  head: string,
  source: Readable,
  tail: string,
  progress: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const held = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = held.length - (held.length % 3);
    rest = held.subarray(whole);
    progress(chunk.length);
    if (whole > 0) yield Buffer.from(held.subarray(0, whole).toString('base64'), 'latin1');
  }
  yield Buffer.from(`${rest.toString('base64')}${tail}`, 'latin1');
}

/** The bytes behind a text of theirs: some clients put a `data:` prefix or line breaks in, and the server keeps them. Null: none. */
export function bytesOfData(data: string): Buffer | null {
  const clean = data.replace(/^\s*data:[^,]{0,200};base64,/, '').replace(/\s+/g, '');
  if (clean === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(clean)) return null;
  return Buffer.from(clean, 'base64');
}
