import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Anonymiser } from '../../archive/anonymisation/anonymiser';
import { subjectOfImage } from '../../archive/anonymisation/images';
import type { EngineContext } from '../../archive/context';
import type { MakeAnonymous } from './outgoing';

/**
 * Makes the anonymous copies that leave: by the keys of the archive, so that the same image is the same copy every time and what
 * comes back can be told again. They lie in `incoming/`, where the next start removes what a crash has left.
 */
export function anonymousMaker(ctx: EngineContext, signal: AbortSignal): MakeAnonymous {
  return async (image, way) => {
    const anonymiser = new Anonymiser(ctx, way);
    const task = await anonymiser.prepare(subjectOfImage(ctx.db, image));
    const folder = join(ctx.paths.incoming, `send-${randomUUID()}`);
    await mkdir(folder);
    const done = await anonymiser.carryOut(task, 'export', { folder, objects: null }, signal);
    if (done.record !== null) await ctx.commit([done.record]);
    return { path: join(folder, done.image), folder };
  };
}
