import { useCallback, useEffect, useRef, useState } from 'react';
import type { Input, Output, VerbName } from '@shared/contract';
import { asFieldboxError } from '@shared/errors';
import type { FieldboxError } from '@shared/errors';
import { ask } from './api';
import { useChanges } from './changes';

export interface Query<T> {
  /** The newest answer; while a new question is under way, the one before stays. */
  readonly data: T | null;
  readonly error: FieldboxError | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Held<T> {
  readonly key: string;
  readonly data: T | null;
  readonly error: FieldboxError | null;
}

/**
 * Asks a verb whenever its input changes, and again when the catalogue changed (`live`). An answer that comes after a
 * newer question is dropped. `input === null` asks nothing.
 */
export function useQuery<V extends VerbName>(
  verb: V,
  input: Input<V> | null,
  options: { readonly live?: boolean } = {},
): Query<Output<V>> {
  const changes = useChanges((state) => (options.live === true ? state.count : 0));
  const [reloads, setReloads] = useState(0);
  const [held, setHeld] = useState<Held<Output<V>> | null>(null);
  const key = input === null ? '' : JSON.stringify(input);
  const newest = useRef(0);

  useEffect(() => {
    const turn = ++newest.current;
    if (key === '') return;
    ask(verb, JSON.parse(key) as Input<V>).then(
      (data) => {
        if (turn === newest.current) setHeld({ key, data, error: null });
      },
      (thrown: unknown) => {
        if (turn === newest.current) setHeld({ key, data: null, error: asFieldboxError(thrown) });
      },
    );
  }, [verb, key, changes, reloads]);

  const reload = useCallback(() => setReloads((count) => count + 1), []);
  if (key === '') return { data: null, error: null, loading: false, reload };
  return { data: held?.data ?? null, error: held?.error ?? null, loading: held?.key !== key, reload };
}

/** A value that follows another with a pause, for searching while typing. */
export function useDebounced<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), milliseconds);
    return () => window.clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
