import { basename } from 'node:path';
import type { Handlers } from '@shared/contract';
import type { ImportSession } from '@shared/contract/intake';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import type { JobHandle } from '../jobs/job-board';
import { type Adding, createAdding } from './adding';
import { keepCapture } from './capture';
import { Importer } from './importer';
import type { ItemOutcome } from './report';
import type { ImportRequest } from './request';
import { newSession, readSession } from './session-rows';
import { createSessions, type SessionVerb } from './sessions';

type IntakeVerbs = Handlers<'import.start' | 'capture.keep' | SessionVerb>;

export interface Intake extends Adding {
  readonly verbs: IntakeVerbs;
  /** Imports and waits for the end; for the command line and tests. Throws CANCELLED, DISK_*. */
  importNow(
    request: Pick<ImportRequest, 'paths' | 'context' | 'source' | 'sourceRef'>,
    handle: JobHandle,
    onItem?: (outcome: ItemOutcome) => void,
  ): Promise<ImportSession>;
}

/** Every way in but the network: files, folders, zips and the camera. */
export function createIntake(ctx: EngineContext): Intake {
  const adding = createAdding(ctx);
  return {
    ...adding,
    verbs: {
      ...createSessions(ctx, adding),
      'import.start': async ({ paths, context }) => {
        const key = newSession();
        const archive = archiveForNew(ctx, context.archive);
        const request = { session: key, paths, context, archive, source: 'file' as const, label: labelOf(paths) };
        const job = ctx.jobs.start('import', (handle) => new Importer(ctx, request, handle, () => undefined).run(), {
          importSession: key,
        });
        return Promise.resolve({ job, session: key });
      },
      'capture.keep': async ({ bytes, context, takenAt, camera }) => ({
        image: await keepCapture(ctx, { bytes, context, takenAt, camera, source: 'camera' }),
      }),
    },
    importNow: async (request, handle, onItem = () => undefined) => {
      const key = newSession();
      const archive = archiveForNew(ctx, request.context.archive);
      await new Importer(
        ctx,
        { ...request, session: key, archive, label: labelOf(request.paths) },
        handle,
        onItem,
      ).run();
      return readSession(ctx, key);
    },
  };
}

/** Names of what was chosen, without the folders above, for the list of imports. */
function labelOf(paths: readonly string[]): string {
  const names = paths.slice(0, 5).map((path) => basename(path));
  return names.join(', ') + (paths.length > names.length ? ' …' : '');
}
