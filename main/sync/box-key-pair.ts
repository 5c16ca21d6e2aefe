import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { FieldboxError } from '@shared/errors';
import { boxKeyText } from '@shared/model/remotes/box-key';
import type { SecretStore } from './secrets';

/** DER in front of the 32 bytes of a public X25519 key (RFC 8410 4). */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

/** A pair of X25519 keys (RFC 7748). */
export interface BoxKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

export function newBoxKeyPair(): BoxKeyPair {
  return pairOf(generateKeyPairSync('x25519').privateKey);
}

/** What two keys have in common, 32 bytes. Throws RangeError for a public key that is none. */
export function agreed(own: BoxKeyPair, theirs: Uint8Array): Buffer {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI, theirs]), format: 'der', type: 'spki' });
    return diffieHellman({ privateKey: own.privateKey, publicKey });
  } catch (error) {
    throw new RangeError('This is no public key.', { cause: error });
  }
}

function pairOf(privateKey: KeyObject): BoxKeyPair {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: der.subarray(SPKI.length) };
}

/** The name under which an archive's own secret key lies. */
export function boxKeyName(archiveId: string): string {
  return `archive:${archiveId}/key`;
}

/** This archive's own pair of keys: made when it is first needed, its secret half kept with the other secrets. */
export class OwnBoxKey {
  private pair: Promise<BoxKeyPair> | null = null;

  constructor(
    private readonly secrets: SecretStore,
    private readonly archiveId: string,
  ) {}

  /** Throws COURIER_NO_KEY where nothing can be kept, SECRET_UNREADABLE. */
  get(): Promise<BoxKeyPair> {
    this.pair ??= this.load().catch((error: unknown) => {
      this.pair = null; // another try may go better
      throw error;
    });
    return this.pair;
  }

  /** As others type it. Throws as `get`. */
  async text(): Promise<string> {
    return boxKeyText((await this.get()).publicKey);
  }

  private async load(): Promise<BoxKeyPair> {
    const name = boxKeyName(this.archiveId);
    const kept = await this.secrets.get(name);
    if (kept !== null) return fromText(kept);
    const made = newBoxKeyPair();
    await this.secrets.set(name, toText(made));
    // Only what can be read again is a key: with one that is lost nobody could open what is sealed to it.
    const again = await this.secrets.get(name);
    if (again !== toText(made)) throw new FieldboxError('COURIER_NO_KEY');
    return made;
  }
}

function toText({ privateKey }: BoxKeyPair): string {
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}

function fromText(text: string): BoxKeyPair {
  try {
    return pairOf(createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }));
  } catch (error) {
    throw new FieldboxError('SECRET_UNREADABLE', {}, error);
  }
}
