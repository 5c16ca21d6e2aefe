import { createHash, randomUUID } from 'node:crypto';

/** Names Fieldbox in files it writes (PS3.10 7.1). */
export const IMPLEMENTATION_CLASS_UID = '2.25.212638493117548732060254817934461852769';
export const IMPLEMENTATION_VERSION_NAME = 'FIELDBOX_0_1';

/** A new UID from a random UUID (PS3.5 B.2). */
export function newUID(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`;
}

/** The same UID for the same text, in the same form: 128 bits of its SHA-256 below 2.25. */
export function uidFromHash(text: string): string {
  return `2.25.${BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 32)}`).toString()}`;
}
