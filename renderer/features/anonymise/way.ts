import type { z } from 'zod';
import type { AnonymisationWay, Area } from '@shared/model/anonymisation';
import { AnonymisationProfile } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';

/** What a person has chosen on the way to an anonymous copy. */
export interface Way {
  readonly profile: AnonymisationProfile;
  readonly name: string;
  readonly number: string;
  readonly useKept: boolean;
  /** Areas drawn for single pictures. */
  readonly drawn: ReadonlyMap<ImageId, readonly Area[]>;
}

const basic = AnonymisationProfile.parse({});

export const firstWay: Way = { profile: basic, name: '', number: '', useKept: true, drawn: new Map() };

/** Ready-made profiles, the most protecting first. */
export const presets = {
  sharing: basic,
  research: { ...basic, dates: 'modified', retainPatientCharacteristics: true, cleanDescriptors: true },
  dates: { ...basic, dates: 'full' },
  device: { ...basic, retainDeviceIdentity: true },
} as const satisfies Readonly<Record<string, AnonymisationProfile>>;

export type Preset = keyof typeof presets;
export const presetNames: readonly Preset[] = ['sharing', 'research', 'dates', 'device'];

/** The preset that a profile is; null for one of the person's own. */
export function presetOf(profile: AnonymisationProfile): Preset | null {
  const text = JSON.stringify(AnonymisationProfile.parse(profile));
  return presetNames.find((name) => JSON.stringify(AnonymisationProfile.parse(presets[name])) === text) ?? null;
}

/** What the archive is asked with. */
export function requestOf(way: Way): z.input<typeof AnonymisationWay> {
  const values = [
    { path: 'PatientName', value: way.name.trim() },
    { path: 'PatientID', value: way.number.trim() },
  ].filter(({ value }) => value !== '');
  return {
    profile: way.profile,
    values,
    masks: way.useKept ? 'apply' : 'ignore',
    areas: [...way.drawn].map(([image, areas]) => ({ image, areas: [...areas] })),
  };
}
