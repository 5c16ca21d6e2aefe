import { useEffect } from 'react';
import type { TagRow } from '@shared/contract/catalog';
import type { PatientRow } from '@shared/model/rows';
import { kindName } from '../../../app/format';
import { useDebounced, useQuery } from '../../../app/useQuery';
import { rateOfFile } from '../math/cine';
import { useParts, useViewer } from './context';

/** What is known of the shown image beyond its row; empty until it has come. Never that of another image. */
export interface Details {
  readonly attributes: readonly TagRow[];
  readonly patient: PatientRow | null;
  readonly kind: string;
}

const NOTHING: readonly TagRow[] = [];

/** Asks for the attributes of the image on which scrolling has come to rest, its patient and its kind. */
export function useDetails(): Details {
  const { store } = useParts();
  const row = useViewer((state) => state.shown?.place.row ?? null);
  const playing = useViewer((state) => state.playing && (state.shown?.place.frames ?? 1) === 1);
  const resting = useDebounced(row?.image ?? null, 150);
  const settled = resting !== null && resting === row?.image && !playing ? row : null;
  const tags = useQuery('catalog.tags', settled ? { image: settled.image } : null);
  const patient = useQuery('patients.get', row ? { patient: row.patient } : null);
  const kinds = useQuery('kinds.list', row?.kind ? {} : null);
  const attributes = settled && !tags.loading ? (tags.data?.rows ?? NOTHING) : NOTHING;

  useEffect(() => {
    if (!settled || attributes.length === 0) return;
    const rate = rateOfFile(attributes);
    if (rate !== null) store.getState().rateOfFileIs(settled.image, rate);
  }, [attributes, settled, store]);

  const kind = kinds.data?.rows.find((candidate) => candidate.kind === row?.kind);
  return { attributes, patient: patient.loading ? null : patient.data, kind: kind ? kindName(kind) : '' };
}
