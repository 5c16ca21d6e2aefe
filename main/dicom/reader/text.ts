import { convertBytes } from 'dicom-character-set';
import type { VR } from '../model';

/** VRs whose text depends on Specific Character Set (PS3.5 6.1.2.3). */
const AFFECTED: ReadonlySet<VR> = new Set<VR>(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
/** VRs that are one text and not several values parted by backslashes (PS3.5 6.2). */
const SINGLE: ReadonlySet<VR> = new Set<VR>(['LT', 'ST', 'UT', 'UR']);

/** Labels found in the wild that mean a defined term of PS3.3 C.12.1.1.2. */
function repaired(label: string): string {
  const term = label.trim().toUpperCase();
  const plain = /^ISO[-_ ]?IR[-_ ]?(\d+)$/.exec(term);
  if (plain) return `ISO_IR ${String(plain[1])}`;
  const extended = /^ISO[-_ ]?2022[-_ ]IR[-_ ]?(\d+)$/.exec(term);
  if (extended) return `ISO 2022 IR ${String(extended[1])}`;
  if (term === 'UTF-8' || term === 'UTF8') return 'ISO_IR 192';
  if (term === 'GB2312') return 'GB18030'; // which contains it
  return term;
}

/** The value of Specific Character Set as the decoder wants it; undefined for the default repertoire. */
export function characterSet(values: readonly string[]): string | undefined {
  const labels = values.map(repaired);
  return labels.some((label) => label !== '') ? labels.join('\\') : undefined;
}

/** Texts of so many bytes are put together here: handing one to the system takes longer. */
const SHORT_BYTES = 64;

function latin1(bytes: Uint8Array): string {
  if (bytes.length <= SHORT_BYTES) {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === 0x1b) return false;
  return true;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** ISO_IR 203, which the decoder of the others does not have. */
const latin9 = new TextDecoder('iso-8859-15');

/**
 * Text in Unicode; the character set is asked for where it matters. Without one only ASCII is allowed; other bytes are read as UTF-8 where they are valid UTF-8,
 * which they hardly are by chance, and as Latin-1 otherwise.
 */
export function decodeText(bytes: Uint8Array, vr: VR, charsetOf: () => string | undefined): string {
  if (!AFFECTED.has(vr) || isAscii(bytes)) return latin1(bytes);
  const charset = charsetOf();
  if (charset !== undefined) {
    return converted(bytes, vr, charset) ?? converted(bytes, vr, withAscii(charset)) ?? withoutLabel(bytes);
  }
  return withoutLabel(bytes);
}

/** Undefined when the decoder does not know the label or an escape sequence is of none of the sets it names. */
function converted(bytes: Uint8Array, vr: VR, charset: string | undefined): string | undefined {
  if (charset === undefined) return undefined;
  if (charset === 'ISO_IR 203') return latin9.decode(bytes);
  try {
    return convertBytes(charset, bytes, { vr });
  } catch {
    return undefined;
  }
}

/** Many writers switch back to ASCII (ESC 02/08 04/02) without naming ISO 2022 IR 6 in Specific Character Set. */
function withAscii(charset: string): string | undefined {
  return charset.includes('ISO 2022') && !charset.includes('ISO 2022 IR 6\\') ? `${charset}\\ISO 2022 IR 6` : undefined;
}

function withoutLabel(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

/** Texts that stand as they are: one value, nothing to trim. */
const PLAIN = /^[^\\\0 =](?:[^\\\0=]*[^\\\0 =])?$/;

/** The same for UIDs, which are padded with a zero byte (PS3.5 9.1). */
const PLAIN_UID = /^([0-9.]+)\0?$/;

/** Splits and trims as the VR wants: trailing padding always, leading spaces where they mean nothing (PS3.5 6.2). */
export function splitValues(text: string, vr: VR): string[] {
  if (vr === 'UI') {
    const [, uid] = PLAIN_UID.exec(text) ?? [];
    if (uid !== undefined) return [uid];
  } else if (PLAIN.test(text)) return [text];
  const end = text.replace(/[\0 ]+$/, '');
  if (end === '') return [];
  if (SINGLE.has(vr)) return [end];
  const trim =
    vr === 'UI' ? (part: string) => part.replace(/[\0 ]+/g, '') : (part: string) => part.replace(/^ +|[\0 ]+$/g, '');
  const values = end.split('\\').map(trim);
  // Empty component groups at the end of a name say nothing (PS3.5 6.2.1.1).
  return vr === 'PN' ? values.map((value) => value.replace(/=+$/, '')) : values;
}
