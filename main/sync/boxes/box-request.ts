import type { EngineContext } from '../../archive/context';
import type { Remote } from '../../archive/outbox/queue';
import { answer, type HubRequest } from '../../hub/server';
import type { BoxIntake } from './intake';
import { BOX_VERSION, Headers } from './protocol';
import type { ServedOutbox } from './served-outbox';

/** What the routes stand on. */
export interface RouteParts {
  readonly ctx: EngineContext;
  readonly intake: BoxIntake;
  readonly outbox: ServedOutbox;
  /** A box has called; `asks`: for images, or to say that it has one, which is how slicebox sees that it is there. */
  readonly heard: (remote: Remote, asks: boolean, isFieldbox: boolean) => void;
}

/** What the routes know of a request. */
export interface BoxRequest extends HubRequest {
  readonly remote: Remote;
  /** The caller is a Fieldbox. */
  readonly isFieldbox: boolean;
}

/** Every answer of ours says what we are; a slicebox does not heed it. */
export const OURS: Readonly<Record<string, string>> = { [Headers.box]: BOX_VERSION };

const MALFORMED = 'The resource requires authentication, which was not supplied with the request';

/** slicebox answers what it cannot read behind a good token with the words it has for a missing login. */
export function malformed({ incoming, response }: Pick<HubRequest, 'incoming' | 'response'>): void {
  incoming.resume();
  answer(response, 401, MALFORMED, OURS);
}

/** A header that stands there once. */
export function headerOf({ incoming }: Pick<HubRequest, 'incoming'>, name: string): string | null {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : null;
}
