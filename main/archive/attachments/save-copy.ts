import type { AttachmentRow } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { saveFile } from '../export/save-file';
import { mayLeave } from '../release/gate';
import { consentOf } from './outgoing';

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
  const verdict = mayLeave(
    { image: row.sha256, consent: consentOf(ctx.db, row), objectState: row.state },
    { purpose: 'copy', recipient: 'file', person: actingUser() },
  );
  if (!verdict.leaves) throw new FieldboxError(verdict.code);
  const path = await ctx.objects.require(row.sha256);
  const { bytes } = await saveFile(ctx, { path, sha256: row.sha256, bytes: row.bytes }, target, overwrite);
  await ctx.commit([
    {
      type: 'log.noted',
      body: { code: 'ATTACHMENT_SAVED', details: { bytes }, about: { patient: row.patient } },
    },
  ]);
  return { path: target, bytes };
}
