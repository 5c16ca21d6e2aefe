import { randomUUID } from 'node:crypto';
import type { EngineVerb, Handlers } from '@shared/contract';
import { type AnonymisationRequest, AnonymisationResult } from '@shared/contract/anonymisation';
import { FieldboxError } from '@shared/errors';
import { anonymisationOptions } from '@shared/model/anonymisation';
import { AnonymisationRunId } from '@shared/model/ids';
import { deidentificationCodes } from '../../dicom/anonymise';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import { anonymisingInTurn } from './anonymiser';
import { writeKeys } from './csv';
import { findByKey } from './find-key';
import { deviceOf, riskOf, subjectOfImage } from './images';
import { keyRowOf, listKeyImages, listKeys } from './key-list';
import { createMasks, keptAreas } from './masks';
import { preview } from './preview';
import { reverse } from './reverse';
import { carryOutRun, prepareRun, type RunHandle } from './run';
import { intoTrash, type SetAside } from './set-aside';

type AnonymisationVerb = Extract<EngineVerb, `anonymisation.${string}`>;

/**
 * Anonymising (DICOM PS3.15 annex E) and the keys by which it can be told again whose images they are. `setAside` takes an
 * original away that an anonymous image stands in for.
 */
export function createAnonymisation(
  ctx: EngineContext,
  setAside: SetAside = intoTrash(ctx),
): Handlers<AnonymisationVerb> {
  const { db } = ctx;
  return {
    'anonymisation.options': async () => Promise.resolve({ rows: options() }),
    'anonymisation.preview': ({ selection }) => preview(ctx, selection),
    'anonymisation.risk': async ({ image }) => {
      const subject = subjectOfImage(db, image);
      const device = deviceOf(subject);
      const { mask, areas } = device ? keptAreas(db, device) : { mask: 'none' as const, areas: [] };
      return Promise.resolve({ risk: riskOf(subject), device, mask, areas: [...areas] });
    },
    'anonymisation.start': async (request) => {
      const run = newRun();
      const prepared = prepareRun(ctx, request, run, setAside);
      const job = ctx.jobs.start(
        'anonymise',
        async (handle) => {
          const { failure } = await carryOutRun(ctx, prepared, handle, setAside);
          if (failure !== null) throw failure;
        },
        { phase: 'anonymising', anonymisationRun: run, total: prepared.ids.length },
      );
      return Promise.resolve({ job, run });
    },
    'anonymisation.result': async ({ run }) => {
      const row = statement(db, 'SELECT result FROM anonymisation_run WHERE run = ?').get(run) as
        { result: string } | undefined;
      if (!row) throw new FieldboxError('NOT_FOUND', { what: `anonymisation ${run}` });
      return Promise.resolve(AnonymisationResult.parse(JSON.parse(row.result)));
    },
    'anonymisation.keys': async (query) => Promise.resolve(listKeys(db, query)),
    'anonymisation.key': async ({ key }) => Promise.resolve(keyRowOf(db, key)),
    'anonymisation.values': async (page) => Promise.resolve(listKeyImages(db, page)),
    'anonymisation.removeKey': ({ key }) =>
      anonymisingInTurn(ctx)(async () => {
        keyRowOf(db, key);
        await ctx.commit([{ type: 'anonymisation.keyRemoved', body: { key } }]);
        return {};
      }),
    'anonymisation.csv': ({ path }) => writeKeys(ctx, path),
    'anonymisation.find': async ({ text }) => Promise.resolve({ rows: findByKey(db, text) }),
    'anonymisation.reverse': ({ image, reason }) => ctx.arrivals.during(() => reverse(ctx, image, reason)),
    ...createMasks(ctx, oneAfterTheOther()),
  };
}

/**
 * Anonymises and waits for the end, for the command line. Throws what `anonymisation.start` throws when nothing could be begun.
 */
export async function runAnonymisation(
  ctx: EngineContext,
  request: AnonymisationRequest,
  handle: RunHandle,
  setAside: SetAside = intoTrash(ctx),
): Promise<AnonymisationResult> {
  const { result } = await carryOutRun(ctx, prepareRun(ctx, request, newRun(), setAside), handle, setAside);
  return result;
}

function newRun(): AnonymisationRunId {
  return AnonymisationRunId.parse(randomUUID());
}

function options(): { option: string; code: string; meaning: string }[] {
  const [basic] = deidentificationCodes({});
  const named = (option: string, profile: Parameters<typeof deidentificationCodes>[0]) =>
    deidentificationCodes(profile)
      .filter(({ value }) => value !== basic?.value)
      .map(({ value, meaning }) => ({ option, code: value, meaning }));
  return [
    ...(basic ? [{ option: 'basic', code: basic.value, meaning: basic.meaning }] : []),
    ...anonymisationOptions.flatMap((option) => named(option, { [option]: true })),
    ...named('dates=full', { dates: 'full' }),
    ...named('dates=modified', { dates: 'modified' }),
    ...named('masks', { masks: [{ x: 0, y: 0, width: 1, height: 1 }] }),
  ];
}
