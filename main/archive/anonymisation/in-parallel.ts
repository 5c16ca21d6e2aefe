/**
 * Does work on many things, a few at a time, in their order. The first error that `work` throws stops those that have not begun
 * and is thrown when all that had begun have ended.
 */
export async function inParallel<T>(
  things: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const queue = Symbol.asyncIterator in things ? things[Symbol.asyncIterator]() : things[Symbol.iterator]();
  const failures: unknown[] = [];
  const take = async (): Promise<void> => {
    try {
      for (let next = await queue.next(); next.done !== true && failures.length === 0; next = await queue.next())
        await work(next.value);
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: width }, take));
  if (failures.length > 0) throw failures[0];
}
