import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { FieldboxError } from '@shared/errors';
import type { SecretHash, SecretWay } from '../records/bodies/users';
import { foldText } from '../catalog/folding';

/**
 * Costs of scrypt (RFC 7914): 32 MiB of memory, and for a password three passes, a few tenths of a second on an old laptop. A
 * PIN is so short that no cost would save it from somebody who holds the disk; its strength is the throttle (throttle.ts),
 * so it takes one pass and opens quickly.
 */
const COSTS: Readonly<Record<SecretWay, { readonly N: number; readonly r: number; readonly p: number }>> = {
  password: { N: 2 ** 15, r: 8, p: 3 },
  pin: { N: 2 ** 15, r: 8, p: 1 },
};
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const LEAST_PASSWORD = 8;
const LEAST_PIN = 4;
const MOST_PIN = 8;

/** What is kept of a secret, under a new salt. Runs beside the event loop. */
export async function hashSecret(way: SecretWay, secret: string): Promise<SecretHash> {
  const costs = COSTS[way];
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret, salt, costs, HASH_BYTES);
  return { kdf: 'scrypt', ...costs, salt: salt.toString('base64'), hash: hash.toString('base64') };
}

/**
 * Whether this is the secret. Without one to compare with (nobody has this name, or no PIN) it takes as long and says no, so
 * that the time does not tell who is here.
 */
export async function isSecret(way: SecretWay, kept: SecretHash | null, secret: string): Promise<boolean> {
  const { N, r, p } = kept ?? COSTS[way];
  const salt = kept === null ? Buffer.alloc(SALT_BYTES) : Buffer.from(kept.salt, 'base64');
  const wanted = kept === null ? Buffer.alloc(HASH_BYTES) : Buffer.from(kept.hash, 'base64');
  const found = await derive(secret, salt, { N, r, p }, wanted.length);
  return timingSafeEqual(found, wanted) && kept !== null;
}

function derive(
  secret: string,
  salt: Buffer,
  costs: { readonly N: number; readonly r: number; readonly p: number },
  length: number,
): Promise<Buffer> {
  const maxmem = 2 * 128 * costs.N * costs.r; // what scrypt needs, and room for its own buffers
  return new Promise((resolve, reject) => {
    // The same letters typed on another keyboard may come in another composition.
    scrypt(secret.normalize('NFKC'), salt, length, { ...costs, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Throws WEAK_PASSWORD for what is short or is the name. */
export function requireStrongPassword(password: string, names: readonly string[]): void {
  const folded = foldText(password);
  const weak =
    Array.from(password.normalize('NFKC')).length < LEAST_PASSWORD ||
    new Set(folded).size < 3 ||
    names.some((name) => foldText(name) === folded);
  if (weak) throw new FieldboxError('WEAK_PASSWORD', { least: LEAST_PASSWORD });
}

/** Throws WEAK_PIN for what is short or long, one digit again and again, or digits in a row. */
export function requireStrongPin(pin: string): void {
  const steps = new Set(Array.from(pin.slice(1), (digit, at) => Number(digit) - Number(pin[at])));
  const [step] = steps;
  const inRow = steps.size === 1 && step !== undefined && Math.abs(step) <= 1;
  if (pin.length < LEAST_PIN || pin.length > MOST_PIN || inRow)
    throw new FieldboxError('WEAK_PIN', { least: LEAST_PIN, most: MOST_PIN });
}
