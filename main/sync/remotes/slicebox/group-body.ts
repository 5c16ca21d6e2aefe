import { Readable } from 'node:stream';
import type { GroupEntry } from '../../boxes/group';
import { Headers, wireNumber } from '../../boxes/protocol';
import type { HttpBody } from '../../http/client';
import type { Leaver } from '../waiting';

/** Several images as the body of one request (boxes/group.ts); it can be opened more than once. */
export function groupBody(images: readonly Leaver[]): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody & { readonly bytes: number };
  readonly signal: AbortSignal;
} {
  const head = Buffer.from(JSON.stringify({ images: images.map(entryOf) }), 'utf8');
  const bytes = images.reduce((sum, { item }) => sum + item.bytes, head.length);
  return {
    headers: { 'content-type': 'application/octet-stream', [Headers.head]: String(head.length) },
    body: { bytes, open: () => Readable.from(inOrder(head, images), { objectMode: false }) },
    signal: AbortSignal.any(images.map(({ hooks }) => hooks.signal)),
  };
}

function entryOf({ item }: Leaver): GroupEntry {
  const { number, position: sequence, total, sha256, bytes } = item;
  return { transaction: wireNumber(number), sequence, total, sha256, bytes };
}

async function* inOrder(head: Buffer, images: readonly Leaver[]): AsyncGenerator<Buffer> {
  yield head;
  for (const { item, hooks } of images) {
    const held = item.held ?? null;
    for await (const chunk of held === null ? (item.open() as AsyncIterable<Buffer>) : [held]) {
      hooks.progress(chunk.length);
      yield chunk;
    }
  }
}
