import { useEffect } from 'react';
import { create } from 'zustand';
import type { Input, Output, VerbName } from '@shared/contract';
import type { OutboxSummary } from '@shared/contract/sync';
import { ask } from './api';
import { useQuery } from './useQuery';
import type { Query } from './useQuery';

interface Outbox {
  /** Null until it was asked for. */
  readonly summary: OutboxSummary | null;
  /** Moves with every change, so that what is shown of the outbox is asked for again. */
  readonly changes: number;
}

/** How sending stands, for the sign in the bar and for whoever shows more of it. */
export const useOutbox = create<Outbox>()(() => ({ summary: null, changes: 0 }));

export async function refreshOutbox(): Promise<void> {
  useOutbox.setState({ summary: await ask('outbox.summary', {}) });
}

/** The engine says that something moved. */
export function outboxChanged(summary: OutboxSummary): void {
  useOutbox.setState(({ changes }) => ({ summary, changes: changes + 1 }));
}

/** Asks a verb as `useQuery` does, and again whenever something in the outbox moved. */
export function useOutboxQuery<V extends VerbName>(verb: V, input: Input<V> | null): Query<Output<V>> {
  const query = useQuery(verb, input);
  const changes = useOutbox((state) => state.changes);
  const { reload } = query;
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  return query;
}
