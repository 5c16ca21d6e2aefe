import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { FieldboxError } from '@shared/errors';
import { uidName } from '../dictionary';
import type { Tag } from '../model';
import { Tags } from '../tags';

/** Shorter secrets could be found by trying. */
const MIN_SECRET_BYTES = 16;
const MAX_REMEMBERED = 4096;
/** UIDs that DICOM itself has registered have short numbers below its root (PS3.6 annex A, PS3.16 annex B). */
const REGISTERED = /^1\.2\.840\.10008(?:\.\d{1,4}){1,8}$/;
/** Below these are SOP classes, and what devices made of them by putting numbers behind; the registered ones are known by name. */
const SOP_CLASSES = '1.2.840.10008.5.1.4.';
/** These name the patient's images even where a device took them from the wrong root. */
const INSTANCE: ReadonlySet<Tag> = new Set<Tag>([Tags.SOPInstanceUID, Tags.StudyInstanceUID, Tags.SeriesInstanceUID]);
/** Attributes whose UIDs name a class, a syntax, a coding scheme or an implementation, never an instance. */
const CLASS_UIDS: ReadonlySet<Tag> = new Set<Tag>([
  0x00020002, 0x00020010, 0x00041510, 0x00041512, 0x0004151a, 0x00080016, 0x0008001a, 0x0008001b, 0x00080062,
  0x0008010c, 0x00080117, 0x00080118, 0x00081150, 0x0008115a, 0x00083002, 0x04000010, 0x04000510,
]);

/** Replacements that depend on a secret and nothing else, so that they are the same for all images and cannot be undone without it. */
export class Replacements {
  /** What was derived lately: images of a series share most of their UIDs. */
  private readonly lately = new Map<string, string>();

  private constructor(private readonly secret: KeyObject) {}

  /** For a secret, which must not be changed in place later. Throws BAD_REQUEST when it is too short. */
  static of(secret: Uint8Array): Replacements {
    if (secret.length < MIN_SECRET_BYTES)
      throw new FieldboxError('BAD_REQUEST', { what: 'the secret of the anonymisation key is too short' });
    const known = bySecret.get(secret) ?? new Replacements(createSecretKey(secret));
    bySecret.set(secret, known);
    return known;
  }

  private digest(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.secret).update(`${purpose}\0${text}`).digest();
  }

  /** The UID in the place of another: 128 bits of its HMAC-SHA-256, below 2.25 (PS3.5 B.2). */
  uid(original: string): string {
    const known = this.lately.get(original);
    if (known !== undefined) return known;
    const made = `2.25.${BigInt(`0x${this.digest('uid', original).toString('hex', 0, 16)}`).toString()}`;
    if (this.lately.size >= MAX_REMEMBERED) this.lately.clear();
    this.lately.set(original, made);
    return made;
  }

  /** Whole days, from 30 to 3,682, back in time, so that no date lies in the future; the same for one patient. */
  shiftDays(patient: string): number {
    return -(30 + (this.digest('dates', patient).readUInt32BE(0) % 3653));
  }

  /** A short name for a patient: 16 hexadecimal digits. */
  pseudonym(patient: string): string {
    return this.digest('patient', patient).toString('hex', 0, 8).toUpperCase();
  }
}

const bySecret = new WeakMap<Uint8Array, Replacements>();

/** Whether a UID says what something is and not which one it is. */
export function isPublicUID(tag: Tag, uid: string): boolean {
  if (CLASS_UIDS.has(tag)) return true;
  if (INSTANCE.has(tag)) return false;
  return uid.startsWith(SOP_CLASSES) ? uidName(uid) !== uid : REGISTERED.test(uid);
}
