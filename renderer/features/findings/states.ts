import type { TFunction } from 'i18next';
import { knownSeriesStates } from '@shared/model/grouping';

/** The word for a state of a series; states of other systems that have no word here stay as they are. */
export function stateName(status: string, t: TFunction): string {
  const known = knownSeriesStates.find((state) => state === status);
  return known === undefined ? status : t(`findings.states.${known}`);
}
