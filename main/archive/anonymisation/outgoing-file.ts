import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import {
  AnonymisationProfile,
  anonymisationOptions,
  AnonymisationWay,
  type TagValue,
} from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { diskError } from '../../platform/durable';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { Anonymiser, anonymisingInTurn } from './anonymiser';
import { subjectOfImage } from './images';

/** How something that is sent is anonymised: names of options as `anonymisation.options` gives them, and values by path. */
export interface OutgoingWay {
  readonly options: readonly string[];
  readonly values: readonly TagValue[];
}

const never = new AbortController().signal;

/**
 * Makes anonymised files of images for sending: each lies in `incoming/`, belongs to the caller, who removes it, and is the same
 * every time. Its key is durable when the path is given. An image that is an anonymous copy already comes as it is. The function
 * it gives throws NOT_FOUND, BAD_REQUEST (an unknown option), ANONYMISE_*, OBJECT_*, DISK_*.
 */
export function outgoingFiles(
  ctx: EngineContext,
): (image: ImageId, way: OutgoingWay) => Promise<{ readonly path: string }> {
  return (image, { options, values }) =>
    anonymisingInTurn(ctx)(async () => {
      const subject = subjectOfImage(ctx.db, image);
      const name = `send-${randomUUID()}`;
      const path = join(ctx.paths.incoming, name);
      if (subject.isAnonymous) {
        await copy(await ctx.objects.require(image), path);
        return { path };
      }
      const way = AnonymisationWay.parse({ profile: profileOf(options), values });
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

/** Throws BAD_REQUEST. */
function profileOf(names: readonly string[]): AnonymisationProfile {
  const given = names.map((name): Partial<AnonymisationProfile> => {
    const option = anonymisationOptions.find((known) => known === name);
    if (option !== undefined) return { [option]: true };
    if (name === 'dates=full') return { dates: 'full' };
    if (name === 'dates=modified') return { dates: 'modified' };
    if (name === 'basic' || name === 'masks') return {};
    throw new FieldboxError('BAD_REQUEST', { what: `option ${name}` });
  });
  return AnonymisationProfile.parse(Object.assign({}, ...given));
}
