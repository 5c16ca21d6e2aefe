import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asFieldboxError, FieldboxError, type WireError } from '@shared/errors';
import {
  anonymise,
  type AnonymisationKey,
  type AnonymisationOptions,
  type AnonymisedIdentity,
  type KeyValue,
  keyValuesOf,
  type OriginalIdentity,
  reidentify,
  replacedUIDs,
  uidsIn,
} from '../../dicom/anonymise';
import { BufferSource, PartsSource } from '../../dicom/buffer-source';
import { isCutOff } from '../../dicom/completeness';
import { extractIndex, type IndexAttributes } from '../../dicom/index-attributes';
import { type ReadResult, readDicom } from '../../dicom/reader';
import { diskError, systemCode, writeUnflushed } from '../../platform/durable';
import { FileSource } from '../../platform/file-source';
import { hashFile } from './hash-file';

/** Files up to this size are read once, into memory. */
const WHOLE_BYTES = 16 * 1024 * 1024;

export interface AnonymiseInput {
  readonly path: string;
  /** SHA-256 that the bytes must have; null when nobody knows it. */
  readonly sha256: string | null;
  readonly options: AnonymisationOptions;
  readonly key: AnonymisationKey;
  /** Folder for the result, which is called by its hash or by `name`. */
  readonly folder: string;
  readonly name: string | null;
  /** Where results that are stored already lie; null to write in any case. */
  readonly objects: string | null;
}

/** A file that now lies in the folder, not flushed, and what a key is to remember of it. */
export interface AnonymiseOutput {
  readonly sha256: string;
  readonly bytes: number;
  readonly attributes: IndexAttributes;
  readonly original: AnonymisedIdentity;
  readonly replaced: AnonymisedIdentity;
  readonly values: readonly KeyValue[];
  readonly uids: Readonly<Record<string, string>>;
}

/**
 * Anonymises one file (PS3.15 annex E) and leaves the result in a folder. The same file with the same key gives the same bytes.
 * Throws OBJECT_MISSING, OBJECT_DAMAGED, NOT_DICOM, DICOM_*, with masks PIXELS_* and NO_PIXELS, DISK_*.
 */
export async function anonymiseObject(input: AnonymiseInput): Promise<AnonymiseOutput> {
  const key = { ...input.key, secret: sameSecret(input.key.secret) };
  return withFile(input.path, input.sha256, async (file) => {
    if (isCutOff(file)) throw new FieldboxError('DICOM_TRUNCATED');
    const { part10, ...made } = await anonymiseFile(file, input.options, key);
    return { sha256: writeResult(part10, input), ...made };
  });
}

/** The same in memory: what is to be written, in parts that belong one behind the other, and what is to be remembered of it. */
export async function anonymiseFile(
  file: ReadResult,
  options: AnonymisationOptions,
  key: AnonymisationKey,
): Promise<Omit<AnonymiseOutput, 'sha256'> & { readonly part10: readonly Uint8Array[] }> {
  const { part10, result, original, replaced } = await anonymise(file, options, key);
  return {
    part10,
    bytes: part10.reduce((sum, part) => sum + part.length, 0),
    attributes: extractIndex(result),
    original,
    replaced,
    values: keyValuesOf(file.dataset, result.dataset),
    uids: replacedUIDs(file.dataset, options, key.secret),
  };
}

/** What became of one file of several. */
export type AnonymisedOne =
  | { readonly ok: true; readonly output: AnonymiseOutput }
  | { readonly ok: false; readonly error: WireError; readonly trace: string };

/**
 * The same for several files, one after the other: sending each small one to a worker on its own takes longer than anonymising it.
 * A fault of one does not keep the others back.
 */
export async function anonymiseObjects(input: {
  readonly files: readonly AnonymiseInput[];
}): Promise<{ readonly files: readonly AnonymisedOne[] }> {
  const files: AnonymisedOne[] = [];
  for (const file of input.files) {
    try {
      files.push({ ok: true, output: await anonymiseObject(file) });
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      const cause = error.cause instanceof Error ? error.cause : error;
      files.push({ ok: false, error: error.toJSON(), trace: cause.stack ?? cause.message });
    }
  }
  return { files };
}

/** All UIDs in a file, for asking the keys about them. Throws as `anonymiseObject`. */
export async function uidsOfObject(input: { readonly path: string }): Promise<{ uids: readonly string[] }> {
  return withFile(input.path, null, (file) => Promise.resolve({ uids: [...uidsIn(file.dataset)] }));
}

export interface ReidentifyInput {
  readonly path: string;
  readonly identity: OriginalIdentity;
  readonly folder: string;
  readonly objects: string | null;
}

/** Writes an anonymous file with its original identity into a folder. Throws as `anonymiseObject`. */
export async function reidentifyObject(
  input: ReidentifyInput,
): Promise<{ sha256: string; bytes: number; attributes: IndexAttributes }> {
  return withFile(input.path, null, (file) => {
    const { part10 } = reidentify(file, input.identity);
    const source = new PartsSource(part10);
    const sha256 = writeResult(part10, { ...input, name: null });
    return Promise.resolve({ sha256, bytes: source.size, attributes: extractIndex(readDicom(source)) });
  });
}

/** Keys seen lately. What is derived from a secret is remembered by the secret itself, and every task brings new copies of some. */
const secrets = new Map<string, Uint8Array>();
const SECRETS_KEPT = 64;
const sameSecrets = new WeakMap<Uint8Array, Uint8Array>();

function sameSecret(secret: Uint8Array): Uint8Array {
  const same = sameSecrets.get(secret) ?? knownSecret(secret);
  sameSecrets.set(secret, same);
  return same;
}

function knownSecret(secret: Uint8Array): Uint8Array {
  const name = Buffer.from(secret).toString('hex');
  const known = secrets.get(name);
  if (known) return known;
  if (secrets.size >= SECRETS_KEPT) secrets.clear();
  secrets.set(name, secret);
  return secret;
}

/** One for all small files of this worker: tasks run one after the other, and nothing of it goes into their results. */
const whole = new Uint8Array(WHOLE_BYTES);

async function withFile<T>(path: string, sha256: string | null, work: (file: ReadResult) => Promise<T>): Promise<T> {
  const source = openObject(path);
  try {
    if (source.size <= WHOLE_BYTES) {
      const bytes = whole.subarray(0, source.readInto(whole));
      if (sha256 !== null && hashOf([bytes]) !== sha256) throw new FieldboxError('OBJECT_DAMAGED', { sha256 });
      return await work(readDicom(new BufferSource(bytes)));
    }
    if (sha256 !== null && (await hashFile({ path })).sha256 !== sha256)
      throw new FieldboxError('OBJECT_DAMAGED', { sha256 });
    return await work(readDicom(source));
  } finally {
    source.close();
  }
}

/** Throws OBJECT_MISSING, DISK_*. */
function openObject(path: string): FileSource {
  try {
    return new FileSource(path);
  } catch (error) {
    const { cause } = asFieldboxError(error);
    if (systemCode(cause) === 'ENOENT') throw new FieldboxError('OBJECT_MISSING', {}, cause);
    throw diskError(cause);
  }
}

/** SHA-256 of bytes that lie in several places and belong one behind the other. */
export function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function writeResult(
  part10: readonly Uint8Array[],
  { folder, name, objects }: Pick<AnonymiseInput, 'folder' | 'name' | 'objects'>,
): string {
  const sha256 = hashOf(part10);
  if (objects === null || !existsSync(join(objects, sha256.slice(0, 2), sha256)))
    writeUnflushed(join(folder, name ?? sha256), ...part10);
  return sha256;
}
