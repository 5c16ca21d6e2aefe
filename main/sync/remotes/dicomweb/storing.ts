import type { HttpAnswer, HttpRequest } from '../../http/client';
import { counted } from '../../http/counted';
import { manyParts, onePart } from '../../http/multipart';
import type { WebSession } from '../../http/web-session';
import type { Outgoing, SendHooks, SendOutcome } from '../remote';
import { Together } from '../together';
import type { Leaver } from '../waiting';
import { StoreResponse } from './store-response';

// The part's own type stands alone: with a transfer syntax behind it some servers answer 200 and keep nothing.
const PART_TYPE = 'application/dicom';

/** STOW-RS (PS3.18 10.5), small images together. */
export class Storing {
  private readonly together = new Together({
    name: ({ facts }) => facts.SOPInstanceUID,
    ask: (group) => this.ask(group),
    read: (answer) => new StoreResponse(answer),
  });

  constructor(
    private readonly web: Pick<WebSession, 'ask'>,
    private readonly path: string,
  ) {}

  store(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    return this.together.store(item, hooks);
  }

  /** Throws HttpFailure. */
  private ask(group: readonly [Leaver, ...Leaver[]]): Promise<HttpAnswer> {
    const [{ item, hooks }] = group;
    const boundary = `fieldbox-${item.sha256.slice(0, 32)}`;
    return this.web.ask({
      method: 'POST',
      path: this.path,
      headers: {
        'content-type': `multipart/related; type="${PART_TYPE}"; boundary=${boundary}`,
        accept: 'application/dicom+json',
      },
      body: bodyOfGroup(group, boundary),
      signal: hooks.signal,
    });
  }
}

function bodyOfGroup(group: readonly [Leaver, ...Leaver[]], boundary: string): HttpRequest['body'] {
  const held = group.flatMap(({ item }) => item.held ?? []);
  if (held.length === group.length) {
    for (const { item, hooks } of group) hooks.progress(item.bytes);
    return manyParts(PART_TYPE, boundary, held);
  }
  const [{ item, hooks }] = group;
  const file = { bytes: item.bytes, open: () => counted(item.open(), (bytes) => hooks.progress(bytes)) };
  return onePart(PART_TYPE, boundary, file);
}
