import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnonymisationWay } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { diskError } from '../../platform/durable';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { Anonymiser, anonymisingInTurn } from './anonymiser';
import { subjectOfImage } from './images';

const never = new AbortController().signal;

/**
 * Makes anonymised files of images for sending: each lies in `incoming/`, belongs to the caller, who removes it, and is the same
 * every time. Its key is durable when the path is given. An image that is an anonymous copy already comes as it is. The function
 * it gives throws NOT_FOUND, ANONYMISE_*, OBJECT_*, DISK_*.
 */
export function outgoingFiles(
  ctx: EngineContext,
): (image: ImageId, way: AnonymisationWay) => Promise<{ readonly path: string }> {
  return (image, way) =>
    anonymisingInTurn(ctx)(async () => {
      const subject = subjectOfImage(ctx.db, image);
      const name = `send-${randomUUID()}`;
      const path = join(ctx.paths.incoming, name);
      if (subject.isAnonymous) {
        await copy(await ctx.objects.require(image), path);
        return { path };
      }
      const anonymiser = new Anonymiser(ctx, way);
      const { id } = statement(ctx.db, 'SELECT id FROM image WHERE object = ?').get(image) as { id: number };
      anonymiser.requireDistinct([id]);
      const task = await anonymiser.prepare(subject);
      const done = await anonymiser.carryOut(task, 'send', { folder: ctx.paths.incoming, name, objects: null }, never);
      if (done.record !== null) await ctx.commit([done.record]);
      return { path };
    });
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    throw diskError(error);
  }
}
