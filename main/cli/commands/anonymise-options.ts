import type { AnonymisationProfile } from '@shared/model/anonymisation';
import { AnonymisationWay, type TagValue } from '@shared/model/anonymisation';
import { UsageError } from '../usage';

const several = { type: 'string', multiple: true, default: [] as string[] } as const;

/** Options of every command that anonymises. */
export const wayOptions = {
  profile: several,
  set: several,
  'ignore-masks': { type: 'boolean', default: false },
} as const;

/** Options of commands that anonymise only when they are told to. */
export const chosenWayOptions = { ...wayOptions, anonymize: { type: 'boolean', default: false } } as const;

/** Names of options on the command line, and what they mean. */
const PROFILE: Readonly<Record<string, Partial<AnonymisationProfile>>> = {
  basic: {},
  uids: { retainUIDs: true },
  device: { retainDeviceIdentity: true },
  institution: { retainInstitutionIdentity: true },
  patient: { retainPatientCharacteristics: true },
  'full-dates': { dates: 'full' },
  'modified-dates': { dates: 'modified' },
  descriptors: { cleanDescriptors: true },
  'structured-content': { cleanStructuredContent: true },
  graphics: { cleanGraphics: true },
  'safe-private': { retainSafePrivate: true },
};

interface Values {
  readonly profile: readonly string[];
  readonly set: readonly string[];
  readonly 'ignore-masks': boolean;
}

/** How to anonymise with --anonymize, null without it. Throws UsageError, also where the other options stand without it. */
export function chosenWay(values: Values & { readonly anonymize: boolean }): AnonymisationWay | null {
  if (values.anonymize) return wayOf(values);
  if (values.profile.length > 0 || values.set.length > 0 || values['ignore-masks'])
    throw new UsageError('--profile, --set and --ignore-masks go with --anonymize.');
  return null;
}

/** How to anonymise, as the options say. Throws UsageError. */
export function wayOf(values: Values): AnonymisationWay {
  const names = values.profile.flatMap((list) => list.split(',')).map((name) => name.trim());
  const profile = names.map((name) => {
    const found = Object.hasOwn(PROFILE, name) ? PROFILE[name] : undefined;
    if (!found) throw new UsageError(`--profile "${name}" is not known. Known: ${Object.keys(PROFILE).join(', ')}.`);
    return found;
  });
  if (names.includes('full-dates') && names.includes('modified-dates'))
    throw new UsageError('--profile: dates are either full or modified.');
  return AnonymisationWay.parse({
    profile: Object.assign({}, ...profile) as Partial<AnonymisationProfile>,
    values: values.set.map(valueOf),
    masks: values['ignore-masks'] ? 'ignore' : 'apply',
  });
}

function valueOf(text: string): TagValue {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set is TAGPATH=VALUE, for example PatientName=Teaching^1: "${text}"`);
  return { path: text.slice(0, at), value: text.slice(at + 1) };
}
