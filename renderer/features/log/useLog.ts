import { useCallback, useEffect, useRef, useState } from 'react';
import type { Input } from '@shared/contract';
import type { LogRow } from '@shared/contract/log';
import { asFieldboxError } from '@shared/errors';
import type { FieldboxError } from '@shared/errors';
import { ask } from '../../app/api';

const PAGE = 100;

interface Held {
  readonly rows: readonly LogRow[];
  readonly next: number | null;
  readonly error: FieldboxError | null;
  readonly loading: boolean;
}

interface Log extends Omit<Held, 'next'> {
  /** Fetches the next older lines; null when there are none. */
  readonly more: (() => void) | null;
  readonly reload: () => void;
}

/** The newest lines that fit, and older ones as they are asked for. */
export function useLog(question: Omit<Input<'log.list'>, 'limit' | 'after'>): Log {
  const key = JSON.stringify(question);
  const [held, setHeld] = useState<Held>({ rows: [], next: null, error: null, loading: true });
  const [reloads, setReloads] = useState(0);
  const newest = useRef(0);
  const fetchPage = useCallback(
    (after: number | null, before: readonly LogRow[]): void => {
      const turn = ++newest.current;
      const input = JSON.parse(key) as Input<'log.list'>;
      ask('log.list', { ...input, limit: PAGE, ...(after !== null && { after }) }).then(
        ({ rows, next }) => {
          if (turn === newest.current) setHeld({ rows: [...before, ...rows], next, error: null, loading: false });
        },
        (thrown: unknown) => {
          if (turn === newest.current)
            setHeld({ rows: before, next: after, error: asFieldboxError(thrown), loading: false });
        },
      );
    },
    [key],
  );
  useEffect(() => fetchPage(null, []), [fetchPage, reloads]);
  const { next, rows } = held;
  return {
    ...held,
    more:
      next === null
        ? null
        : () => {
            setHeld({ ...held, loading: true });
            fetchPage(next, rows);
          },
    reload: () => setReloads((count) => count + 1),
  };
}
