import type { IndexAttributes } from '../../dicom/index-attributes';

/**
 * When the device says the image was taken, ISO 8601 in the device's own time; null when it does not say. The first pair of
 * date and time that is complete, from the closest to the moment of acquisition to the study as a whole.
 */
export function deviceTime(attributes: IndexAttributes): string | null {
  const pairs = [
    [attributes.AcquisitionDate, attributes.AcquisitionTime],
    [attributes.ContentDate, attributes.ContentTime],
    [attributes.SeriesDate, attributes.SeriesTime],
    [attributes.StudyDate, attributes.StudyTime],
  ] as const;
  for (const [date, time] of pairs) {
    const moment = isoMoment(date, time);
    if (moment !== null) return moment;
  }
  return null;
}

/** DA and TM of PS3.5 6.2 (and the older forms with separators) as ISO 8601 without zone. */
function isoMoment(date: string | undefined, time: string | undefined): string | null {
  const day = /^(\d{4})[.]?(\d{2})[.]?(\d{2})$/.exec(date ?? '');
  if (!day) return null;
  const month = Number(day[2]);
  const dayOfMonth = Number(day[3]);
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) return null;
  const clock = /^([01]\d|2[0-3]):?([0-5]\d)?:?([0-5]\d)?/.exec(time ?? '');
  return `${String(day[1])}-${String(day[2])}-${String(day[3])}T${clock?.[1] ?? '00'}:${clock?.[2] ?? '00'}:${clock?.[3] ?? '00'}`;
}
