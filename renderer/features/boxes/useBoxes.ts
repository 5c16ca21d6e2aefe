import { useEffect, useState } from 'react';
import type { Input, Output, VerbName } from '@shared/contract';
import { asFieldboxError } from '@shared/errors';
import type { FieldboxError } from '@shared/errors';
import { useAccess } from '../../app/access';
import { listen } from '../../app/api';
import { useQuery } from '../../app/useQuery';
import type { Query } from '../../app/useQuery';

/** Who has not been heard of for a while is out of contact without any event: it is asked again this often. */
const AGAIN_MS = 15_000;

/** Asks a verb as `useQuery` does, again whenever something came from a box or the listener changed, and now and then. */
export function useBoxesQuery<V extends VerbName>(verb: V, input: Input<V>): Query<Output<V>> {
  const query = useQuery(verb, input);
  const { reload } = query;
  useEffect(() => listen('boxes.changed', reload), [reload]);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (useAccess.getState().state?.access !== 'locked') reload();
    }, AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [reload]);
  return query;
}

interface Act {
  readonly busy: boolean;
  /** Why the last one did not go. */
  readonly error: FieldboxError | null;
  readonly run: (act: () => Promise<void>) => void;
}

/** Does one thing at a time and keeps why it did not go, to be shown beside what was pressed. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<FieldboxError | null>(null);
  const run = (act: () => Promise<void>): void => {
    setBusy(true);
    setError(null);
    act()
      .catch((thrown: unknown) => setError(asFieldboxError(thrown)))
      .finally(() => setBusy(false));
  };
  return { busy, error, run };
}
