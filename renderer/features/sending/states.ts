import type { ItemState, RemoteActivity, StateCounts } from '@shared/contract/sync';
import { errorSentence, isErrorCode } from '@shared/errors';
import { currentLanguage, i18n } from '../../app/i18n';
import type { Tone } from '../../components/Surface';

/** The colour that goes with a state. What arrived is not done: it has the colour of news, not of success. */
export const stateTones: Readonly<Record<ItemState, Tone | undefined>> = {
  waiting: undefined,
  sending: 'info',
  arrived: 'info',
  proven: 'success',
  refused: 'error',
  parked: 'warning',
  cancelled: undefined,
};

export const conditionTones: Readonly<Record<RemoteActivity['condition'], Tone | undefined>> = {
  idle: undefined,
  sending: 'info',
  blocked: 'error',
  paused: 'warning',
  outsideHours: undefined,
  otherNetwork: undefined,
};

/** In the order in which a bar is filled. */
export const barOrder: readonly (keyof StateCounts)[] = [
  'proven',
  'arrived',
  'sending',
  'refused',
  'parked',
  'cancelled',
];

/** What a fault of a remote or an item says; one of a newer version says its code. */
export function faultWords(fault: {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}): string {
  return isErrorCode(fault.code)
    ? errorSentence(fault.code, fault.details, currentLanguage())
    : i18n.t('sending.unknownFault', { code: fault.code });
}
