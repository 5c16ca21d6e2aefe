import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorDetails } from '@shared/errors';
import { shortBoxKey } from '@shared/model/remotes/box-key';
import { systemCode } from '../../platform/durable';

export const BUNDLE = '.courier';
export const RECEIPT = '.receipt';

/** The file for one transaction from a box to another; `part` counts from 1. */
export function bundleName(to: Uint8Array, from: Uint8Array, transaction: number, part: number): string {
  const more = part === 1 ? '' : `-${String(part)}`;
  return `fieldbox-${shortBoxKey(to)}-${shortBoxKey(from)}-${String(transaction)}${more}${BUNDLE}`;
}

export function receiptName(bundle: string): string {
  return `${bundle.endsWith(BUNDLE) ? bundle.slice(0, -BUNDLE.length) : bundle}${RECEIPT}`;
}

/** Whether a folder is there now. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // for whatever reason: it cannot be used now
  }
}

/** Files with one of these endings in a folder, by name. Throws the system's error. */
export async function filesEnding(folder: string, ...endings: readonly string[]): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => endings.some((ending) => name.toLowerCase().endsWith(ending)))
    .sort()
    .map((name) => join(folder, name));
}

/** What the system says about a stick that cannot be written, in words of the catalogue. */
export function stickFault(error: unknown): {
  readonly code: 'COURIER_NO_STICK' | 'COURIER_STICK_FULL' | 'COURIER_STICK_FAILED';
  readonly details: ErrorDetails;
} {
  const reason = systemCode(error);
  if (reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG')
    return { code: 'COURIER_STICK_FULL', details: {} };
  if (reason === 'ENOENT' || reason === 'ENODEV' || reason === 'ENXIO' || reason === 'ENOTDIR')
    return { code: 'COURIER_NO_STICK', details: {} };
  return { code: 'COURIER_STICK_FAILED', details: { reason } };
}
