/** Bounded reads of untrusted bytes: what lies outside is `undefined`, never an exception. */

export function u16(bytes: Uint8Array, at: number, little = false): number | undefined {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (first === undefined || second === undefined) return undefined;
  return little ? first | (second << 8) : (first << 8) | second;
}

export function u32(bytes: Uint8Array, at: number, little = false): number | undefined {
  const high = u16(bytes, little ? at + 2 : at, little);
  const low = u16(bytes, little ? at : at + 2, little);
  return high === undefined || low === undefined ? undefined : high * 0x10000 + low;
}

/** The bytes as one character each; shorter than `length` at the end. */
export function latin1(bytes: Uint8Array, at: number, length: number): string {
  return at < 0 || at >= bytes.length ? '' : String.fromCharCode(...bytes.subarray(at, at + length));
}

/** Whether an ASCII text stands at a place. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return latin1(bytes, at, text.length) === text;
}

/** Where an ASCII text first stands in `from`..`to`; -1 when nowhere. */
export function findText(bytes: Uint8Array, text: string, from = 0, to = bytes.length): number {
  const first = text.charCodeAt(0);
  const last = Math.min(to, bytes.length) - text.length;
  for (let at = bytes.indexOf(first, from); at !== -1 && at <= last; at = bytes.indexOf(first, at + 1)) {
    if (hasText(bytes, at, text)) return at;
  }
  return -1;
}
