/** Files up to this size are held in memory on their way in: writing them twice would cost more than the room. */
export const HELD_BYTES = 1024 * 1024;

/** All of a stream when it is small, else the same stream from its beginning. */
export async function heldOrStream(source: AsyncIterable<Uint8Array>): Promise<Buffer | AsyncIterable<Uint8Array>> {
  const iterator = source[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return Buffer.concat(parts);
    parts.push(next.value);
    bytes += next.value.length;
    if (bytes > HELD_BYTES) return goingOn(parts, iterator);
  }
}

async function* goingOn(parts: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}
