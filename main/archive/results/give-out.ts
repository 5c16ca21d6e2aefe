import { isAbsolute } from 'node:path';
import type { Output } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { ResultKey } from '@shared/model/ids';
import type { ResultRow } from '@shared/model/results';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { outsideOfArchive } from '../export/target';
import { factsAbout } from '../release/facts';
import { mayLeave, type Release, type Verdict } from '../release/gate';
import type { PlannedResult } from '../../workers/export/write-results';
import { getResult } from './rows';

/**
 * Writes results into a new zip at `target`, all or none. Results say things about a person as pictures do, so the gate is asked
 * for each. Throws NOT_FOUND, CONSENT_REFUSED, OBJECT_MISSING, OBJECT_DAMAGED, EXPORT_*, BAD_REQUEST.
 */
export async function saveResults(
  ctx: EngineContext,
  keys: readonly ResultKey[],
  target: string,
): Promise<Output<'results.save'>> {
  const rows = [...new Set(keys)].map((key) => getResult(ctx.db, key));
  for (const row of rows) requireResultLeaves(ctx, row, { purpose: 'export', recipient: 'zip' });
  if (!isAbsolute(target)) throw new FieldboxError('BAD_REQUEST', { what: 'target' });
  await outsideOfArchive(target, ctx.paths.root);
  const written = await ctx.pool.run('writeResults', {
    target,
    madeAt: ctx.now().toISOString(),
    results: rows.map((row) => planned(ctx, row)),
  });
  await ctx.commit([
    { type: 'log.noted', body: { code: 'RESULTS_GIVEN_OUT', details: { count: rows.length }, about: {} } },
  ]);
  return { target, ...written };
}

/** Whether a result may leave: it says things about a person as pictures do. */
export function mayResultLeave(
  ctx: Pick<EngineContext, 'db'>,
  row: ResultRow,
  to: Pick<Release, 'purpose' | 'recipient'>,
): Verdict {
  const facts = factsAbout(ctx.db, row.seriesKey, {
    image: row.image,
    object: row.value.kind === 'file' ? row.value.object : null,
  });
  return mayLeave(facts, { ...to, person: actingUser() });
}

/** Throws CONSENT_REFUSED, OBJECT_MISSING, OBJECT_DAMAGED. */
export function requireResultLeaves(
  ctx: Pick<EngineContext, 'db'>,
  row: ResultRow,
  to: Pick<Release, 'purpose' | 'recipient'>,
): void {
  const verdict = mayResultLeave(ctx, row, to);
  if (!verdict.leaves) throw new FieldboxError(verdict.code);
}

function planned(ctx: EngineContext, row: ResultRow): PlannedResult {
  const { name, algorithm, type, product, version, threshold, value } = row;
  const about = { name, algorithm, type, product, version, threshold };
  if (value.kind === 'file') {
    const { object, bytes, fileName } = value;
    return { ...about, value: null, file: { path: ctx.objects.path(object), sha256: object, bytes, fileName } };
  }
  return { ...about, value: value.kind === 'number' ? value.number : value.text, file: null };
}
