import { useEffect } from 'react';
import type { Input, VerbName } from '@shared/contract';
import { errorSentence, isErrorCode } from '@shared/errors';
import { listen } from '../../app/api';
import { currentLanguage, i18n } from '../../app/i18n';
import { useQuery } from '../../app/useQuery';

/** Asks a verb, and again whenever watched folders or deliveries have changed. */
export function useSources<V extends VerbName>(verb: V, input: Input<V>, what: 'watch' | 'forward') {
  const query = useQuery(verb, input);
  const { reload } = query;
  useEffect(
    () =>
      listen('sources.changed', (changed) => {
        if (changed.what === what) reload();
      }),
    [reload, what],
  );
  return query;
}

/** A reason of the engine in words; codes of newer versions are named. */
export function reasonSentence(reason: {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}): string {
  return isErrorCode(reason.code)
    ? errorSentence(reason.code, reason.details, currentLanguage())
    : i18n.t('importing.unknownReason');
}
