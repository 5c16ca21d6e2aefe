/**
 * The public key of a box as people read, dictate and copy it: 32 bytes of X25519 (RFC 7748) and a CRC-24 of them, in the
 * alphabet of Crockford's base 32 (no I, L, O, U), in groups of four: 56 letters and digits. A slip of one or two of them is
 * found by the checksum.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY_BYTES = 32;
const CHECK_BYTES = 3;
const DIGITS = ((KEY_BYTES + CHECK_BYTES) * 8) / 5;

/** CRC-24 of RFC 4880 6.1. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}

/** A public key of 32 bytes as text. Throws RangeError for another length. */
export function boxKeyText(key: Uint8Array): string {
  if (key.length !== KEY_BYTES) throw new RangeError(`A key has ${String(KEY_BYTES)} bytes.`);
  const crc = crc24(key);
  let digits = '';
  let held = 0;
  let bits = 0;
  for (const byte of [...key, crc >> 16, (crc >> 8) & 0xff, crc & 0xff]) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) digits += ALPHABET.charAt((held >> (bits - 5)) & 31);
  }
  return (digits.match(/.{4}/g) ?? []).join('-');
}

/** The 32 bytes of a key that somebody typed, whatever its case, blanks and dashes; null when a digit or the checksum is wrong. */
export function parseBoxKey(text: string): Uint8Array | null {
  const digits = text
    .toUpperCase()
    .replace(/[\s-]+/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (digits.length !== DIGITS) return null;
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  const key = Uint8Array.from(bytes.slice(0, KEY_BYTES));
  const [high = 0, middle = 0, low = 0] = bytes.slice(KEY_BYTES);
  return ((high << 16) | (middle << 8) | low) === crc24(key) ? key : null;
}

/** The first group of a key's text: enough to tell a few boxes apart, in names of files. */
export function shortBoxKey(key: Uint8Array): string {
  return boxKeyText(key).replaceAll('-', '').slice(0, 8);
}
