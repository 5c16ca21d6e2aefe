import { FieldboxError } from '@shared/errors';

/** Throws CANCELLED once the person has stopped the export; asked between pieces of every file. */
export type Stop = () => void;

/** A stop that another thread sets off by writing 1 into shared memory: no message has to be waited for. */
export function sharedStop(memory: SharedArrayBuffer): Stop {
  const flag = new Int32Array(memory);
  return () => {
    if (Atomics.load(flag, 0) !== 0) throw new FieldboxError('CANCELLED');
  };
}
