/** A moment in the forms that DICOM wants (PS3.5 6.2: DA, TM, DT; PS3.3 C.12.1.1.8 for the offset). */
export interface DicomMoment {
  readonly date: string;
  readonly time: string;
  /** &ZZXX, empty when the clock's offset is not known. */
  readonly offset: string;
}

/** An ISO 8601 moment as DICOM values, in its own clock; undefined when it is none. */
export function dicomMoment(iso: string | undefined): DicomMoment | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)?$/.exec(iso ?? '');
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] = parts;
  return {
    date: year + month + day,
    time: hour + minute + second + fraction,
    offset: zone === 'Z' ? '+0000' : zone.replace(':', ''),
  };
}
