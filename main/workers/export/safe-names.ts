/** Longest names in bytes of UTF-8; three levels of them and a drive stay under the 260 characters of Windows. */
export const MAX_FOLDER_BYTES = 60;
export const MAX_FILE_BYTES = 100;

/** Characters that FAT, NTFS, exFAT or a shell give a meaning, and controls. */
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\ufffe\uffff]/gu;
/** Invisible marks that turn text around or hide (a name must not show `gpj.exe` as `exe.jpg`); joiners of scripts stay. */
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** Device names of Windows, with any extension. */
const RESERVED =
  /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\s*\.|\s*$)/iu;

/**
 * A name that every file system, zip reader and shell takes: no separators, device names, controls, leading or trailing
 * dots or spaces; at most `maxBytes` of UTF-8 with the extension kept. What is left of nothing is `fallback`.
 */
export function safeName(text: string, maxBytes: number, fallback: string): string {
  const cleaned = text
    .replace(/\p{Surrogate}/gu, '_')
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(FORBIDDEN, '_')
    .replace(/[\s\u2028\u2029]+/gu, ' ')
    .replace(/^[. ]+/u, '')
    .replace(/[. ]+$/u, '');
  if (cleaned === '') return fallback;
  const usable = RESERVED.test(cleaned) ? `_${cleaned}` : cleaned;
  return shorten(usable, maxBytes);
}

/** A name and its extension (with the dot; at most ten letters or digits, else there is none). */
export function splitExtension(name: string): readonly [stem: string, extension: string] {
  const found = /^(.+?)(\.[A-Za-z0-9]{1,10})$/u.exec(name);
  return found?.[1] === undefined || found[2] === undefined ? [name, ''] : [found[1], found[2]];
}

function shorten(name: string, maxBytes: number): string {
  if (utf8Length(name) <= maxBytes) return name;
  const [stem, extension] = splitExtension(name);
  return `${cut(stem, maxBytes - utf8Length(extension))}${extension}`;
}

/** The beginning of a text that fits, cut between what people see as characters. */
function cut(text: string, maxBytes: number): string {
  let kept = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    bytes += utf8Length(segment);
    if (bytes > maxBytes) break;
    kept += segment;
  }
  // One character may be longer than a name (marks upon marks); then code points have to do.
  if (kept === '') for (const point of text) if (utf8Length(kept + point) <= maxBytes) kept += point;
  return kept.replace(/[. ]+$/u, '');
}

function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Hands out names within folders so that none is the same as another where capitals and accents' forms do not count. */
export class NameGiver {
  private readonly folders = new Map<string, { taken: Set<string>; next: Map<string, number> }>();

  /** The name, or with ` (2)`, ` (3)` ... before its extension when it is taken in that folder. */
  give(folder: string, name: string): string {
    const known = this.folders.get(folder) ?? { taken: new Set<string>(), next: new Map<string, number>() };
    this.folders.set(folder, known);
    const wanted = folded(name);
    if (!known.taken.has(wanted)) {
      known.taken.add(wanted);
      return name;
    }
    const [stem, extension] = splitExtension(name);
    for (let number = known.next.get(wanted) ?? 2; ; number += 1) {
      const candidate = `${stem} (${String(number)})${extension}`;
      const key = folded(candidate);
      if (known.taken.has(key)) continue;
      known.taken.add(key);
      known.next.set(wanted, number + 1);
      return candidate;
    }
  }
}

function folded(name: string): string {
  return name.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKC');
}
