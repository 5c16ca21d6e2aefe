import { useEffect, useState } from 'react';
import type { ScpStatus } from '@shared/contract/scp';
import type { FieldboxError } from '@shared/errors';
import { listen } from '../../app/api';
import { useQuery } from '../../app/useQuery';

interface Scp {
  readonly status: ScpStatus | null;
  readonly error: FieldboxError | null;
  readonly reload: () => void;
}

/** How receiving from machines stands, now and whenever a machine calls. */
export function useScp(): Scp {
  const { data, error, reload } = useQuery('scp.status', {});
  const [news, setNews] = useState<{ readonly after: ScpStatus | null; readonly status: ScpStatus } | null>(null);
  useEffect(() => listen('scp.changed', (status) => setNews({ after: data, status })), [data]);
  return { status: news && news.after === data ? news.status : data, error, reload };
}
