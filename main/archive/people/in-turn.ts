/** Runs a change when all changes before it are done, however they ended. */
export type InTurn = <T>(change: () => Promise<T>) => Promise<T>;

export function oneAfterTheOther(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(change: () => Promise<T>): Promise<T> => {
    const result = last.then(change);
    last = result.catch(() => undefined); // whoever asked for it hears of it
    return result;
  };
}
