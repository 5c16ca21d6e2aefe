import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../../platform/durable';
import type { Stop } from './cancel';
import type { PlannedObject } from './plan';

const CHUNK = 1024 * 1024;

/**
 * The bytes of a stored file, piece by piece, each a buffer of its own. After the last one the hash is compared: a file
 * that is not what was stored ends in OBJECT_DAMAGED, so whoever copies must throw the copy away.
 * Throws OBJECT_MISSING, OBJECT_DAMAGED, DISK_FAILED, CANCELLED.
 */
export function* objectBytes(object: PlannedObject, stop: Stop): Generator<Uint8Array> {
  const file = openObject(object);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for (;;) {
      stop();
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK, Math.max(1, object.bytes - bytes)));
      const read = readObject(object, file, chunk);
      if (read === 0) break;
      bytes += read;
      if (bytes > object.bytes) throw damaged(object);
      const part = chunk.subarray(0, read);
      hash.update(part);
      yield part;
    }
    if (bytes !== object.bytes || hash.digest('hex') !== object.sha256) throw damaged(object);
  } finally {
    closeSync(file);
  }
}

/** Reads a stored file through and compares it with its name. Throws as `objectBytes`. */
export function checkObject(object: PlannedObject, stop: Stop): void {
  const pieces = objectBytes(object, stop);
  while (pieces.next().done !== true);
}

/** The first bytes of a stored file, unchecked: to see what it is. Throws OBJECT_MISSING, DISK_FAILED. */
export function objectHead(object: PlannedObject, length: number): Uint8Array {
  const file = openObject(object);
  try {
    const head = Buffer.alloc(length);
    return head.subarray(0, readObject(object, file, head));
  } finally {
    closeSync(file);
  }
}

/** Whether a fault is about one stored file, so that the others can go on. */
export function isObjectFault(error: unknown): error is FieldboxError {
  return (
    error instanceof FieldboxError &&
    (error.code === 'OBJECT_DAMAGED' || error.code === 'OBJECT_MISSING' || error.code === 'DISK_FAILED')
  );
}

function openObject(object: PlannedObject): number {
  try {
    return openSync(object.path, 'r');
  } catch (error) {
    throw sourceError(object, error);
  }
}

function readObject(object: PlannedObject, file: number, into: Buffer): number {
  try {
    return readSync(file, into, 0, into.length, null);
  } catch (error) {
    throw sourceError(object, error);
  }
}

function damaged(object: PlannedObject): FieldboxError {
  return new FieldboxError('OBJECT_DAMAGED', { sha256: object.sha256 });
}

function sourceError(object: PlannedObject, error: unknown): FieldboxError {
  const code = systemCode(error);
  if (code === 'ENOENT') return new FieldboxError('OBJECT_MISSING', { sha256: object.sha256 }, error);
  return new FieldboxError('DISK_FAILED', { reason: code }, error);
}
