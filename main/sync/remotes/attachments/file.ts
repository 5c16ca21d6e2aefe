import { Readable } from 'node:stream';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { Counterparts } from '../counterparts';
import { endingOf } from '../ending';
import type { OriginalFile, Outgoing } from '../remote';
import type { StoredFile } from './storage';

const MOST_DESCRIPTION = 255;
const WHOLE = 16_384;

export interface FileToSend extends StoredFile {
  /** It is not the file as it came, but a picture drawn from it. */
  readonly drawn: boolean;
}

/**
 * What goes there of an item: the photo or document as it came, byte for byte; of DICOM a picture that the service can show, or
 * the file itself where the remote is set up so or nothing is to be seen.
 */
export async function fileOf(
  item: Outgoing,
  settings: SettingsOf<'attachments'>,
  counterparts: Counterparts,
): Promise<FileToSend> {
  const { original } = item;
  if (original !== null) {
    return {
      fileName: item.attached === null ? nameOf(item, endingOf(original.mediaType)) : ownName(item, original),
      contentType: original.mediaType,
      bytes: original.bytes,
      drawn: false,
      open: () => original.open(),
    };
  }
  const jpeg = settings.dicomAs === 'picture' ? await counterparts.jpegOf(item.image, WHOLE) : null;
  if (jpeg !== null) {
    const bytes = Buffer.from(jpeg);
    return {
      fileName: nameOf(item, 'jpg'),
      contentType: 'image/jpeg',
      bytes: bytes.length,
      drawn: true,
      open: () => Readable.from([bytes]),
    };
  }
  return {
    fileName: nameOf(item, 'dcm'),
    contentType: 'application/dicom',
    bytes: item.bytes,
    drawn: false,
    open: () => item.open(),
  };
}

/** Letters, digits and hyphens alone: the one form of a name that is the same at every step there. */
function nameOf(item: Outgoing, extension: string): string {
  const kind = item.facts.kindOfPicture
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${kind === '' ? 'image' : kind}_${item.image.slice(0, 12)}.${extension}`;
}

/**
 * What an attached file is called there: its own name as far as that is the same at every step, with the beginning of its hash
 * as of images, and the ending of its type where its own says nothing.
 */
function ownName(item: Outgoing, { name, mediaType }: OriginalFile): string {
  const plain = (text: string): string =>
    text
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60);
  const [, stem = name, ending] = /^(.+)\.([A-Za-z0-9]{1,10})$/.exec(name) ?? [];
  const extension = (ending ?? endingOf(mediaType)).toLowerCase();
  return `${plain(stem) || 'file'}_${item.image.slice(0, 12)}.${extension}`;
}

/** By this, and by nothing else, a record of ours is found again before it is processed. */
export function markerOf(item: Pick<Outgoing, 'image'>): string {
  return `fb:${item.image.slice(0, 12)}`;
}

/** What people read there: of a file its description (or name), of an image what it is and when it was taken; shortened visibly, never the marker. */
export function descriptionOf(item: Outgoing): string {
  const marker = ` [${markerOf(item)}]`;
  const { attached, facts } = item;
  const words =
    attached === null
      ? [facts.kindOfPicture || facts.Modality, (facts.takenAt ?? '').slice(0, 10)]
      : [attached.description.trim() === '' ? facts.fileName : attached.description.trim()];
  const said = Array.from(words.filter((word) => word !== '').join(', '));
  const room = MOST_DESCRIPTION - marker.length;
  return `${said.length <= room ? said.join('') : `${said.slice(0, room - 1).join('')}…`}${marker}`.trim();
}
