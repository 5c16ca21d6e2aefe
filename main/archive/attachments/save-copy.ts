import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import type { AttachmentRow } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import type { Consent } from '@shared/model/vocabulary';
import { diskError, systemCode } from '../../platform/durable';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { mayLeave } from '../release/gate';

const LARGE_FILE_TIMEOUT_MS = 3_600_000;

/**
 * Writes a copy of an attached file outside of the archive and notes it in the log. What is there already is only replaced
 * when `overwrite`; the new file stands there whole or not at all.
 * Throws CONSENT_REFUSED, OBJECT_MISSING, OBJECT_DAMAGED, BAD_REQUEST, EXPORT_INSIDE_ARCHIVE, EXPORT_TARGET_*, EXPORT_FAT_LIMIT,
 * EXPORT_VERIFY_FAILED.
 */
export async function saveCopy(
  ctx: EngineContext,
  row: AttachmentRow,
  target: string,
  overwrite: boolean,
): Promise<{ path: string; bytes: number }> {
  const { consent } = statement(ctx.db, 'SELECT consent FROM patient WHERE key = ?').get(row.patient) as {
    consent: Consent;
  };
  const verdict = mayLeave(
    { image: row.sha256, consent, objectState: row.state },
    { purpose: 'copy', recipient: 'file', person: actingUser() },
  );
  if (!verdict.leaves) throw new FieldboxError(verdict.code);
  await checkTarget(ctx, target, overwrite);
  const path = await ctx.objects.require(row.sha256);
  const { bytes } = await ctx.pool.run(
    'copyOut',
    { path, sha256: row.sha256, bytes: row.bytes, target },
    { timeoutMs: LARGE_FILE_TIMEOUT_MS },
  );
  await ctx.commit([
    {
      type: 'log.noted',
      body: { code: 'ATTACHMENT_SAVED', details: { bytes }, about: { patient: row.patient } },
    },
  ]);
  return { path: target, bytes };
}

async function checkTarget(ctx: EngineContext, target: string, overwrite: boolean): Promise<void> {
  if (!isAbsolute(target)) throw new FieldboxError('BAD_REQUEST', { what: 'target' });
  const place = join(await trueFolder(dirname(target)), basename(target));
  const root = await realpath(ctx.paths.root);
  if (place === root || place.startsWith(`${root}${sep}`)) throw new FieldboxError('EXPORT_INSIDE_ARCHIVE');
  const found = await kindOf(target);
  if (found === 'other' || (found === 'file' && !overwrite)) throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
}

async function trueFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
    throw diskError(error);
  }
}

async function kindOf(path: string): Promise<'nothing' | 'file' | 'other'> {
  try {
    return (await stat(path)).isFile() ? 'file' : 'other';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'nothing';
    throw diskError(error);
  }
}
