import type { Outgoing, SendHooks, SendOutcome } from './remote';

/** An image on its way in a request. */
export interface Leaver {
  readonly item: Outgoing;
  readonly hooks: SendHooks;
}

/** An image that waits for its request behind others. */
export interface Waiting extends Leaver {
  /** It goes by itself: what became of it with others was not told. */
  readonly alone: boolean;
  readonly resolve: (outcome: SendOutcome | Promise<SendOutcome>) => void;
}

/** Those of some images that may leave still now that their request is made: the others, of which somebody has said no meanwhile, stay. */
export function stillLeaving(images: readonly Waiting[]): readonly Waiting[] {
  return images.filter(({ hooks, resolve }) => {
    const staying = hooks.staying();
    if (staying !== null) resolve(staying);
    return staying === null;
  });
}
