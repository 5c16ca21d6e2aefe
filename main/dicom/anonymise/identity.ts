import type { DataSetView, Tag } from '../model';
import { Tags } from '../tags';
import type { AnonymisationOptions } from './options';

/** Numbers and codes of a person, an order or a device. */
const NUMBERS: readonly Tag[] = [
  0x00080050, 0x00100020, 0x00101000, 0x00101050, 0x00101090, 0x00102154, 0x00102155, 0x00200010, 0x00380010,
  0x00380060, 0x00400253, 0x00400009, 0x00401001, 0x00402016, 0x00402017, 0x0040050a, 0x00400512, 0x00400551,
  0x00120040, 0x00120042,
];
const DEVICE_NUMBERS: readonly Tag[] = [0x00181000, 0x00081010, 0x00181004, 0x00181005, 0x00181007, 0x00181008];
/** Names of places, taken as a whole. */
const PLACES: readonly Tag[] = [0x00101040, 0x00102150, 0x00102152, 0x00080092, 0x00400243, 0x00380300, 0x00380400];
const INSTITUTION: readonly Tag[] = [0x00080080, 0x00080081, 0x00081040];
const DATES: readonly Tag[] = [0x00080012, 0x00080020, 0x00080021, 0x00080022, 0x00080023];
const UIDS: readonly Tag[] = [
  Tags.SOPInstanceUID,
  Tags.StudyInstanceUID,
  Tags.SeriesInstanceUID,
  Tags.FrameOfReferenceUID,
];

/** Anything that reads as a day, a time of day, a number of a person or an order, an address or a person's title. */
const SUSPICIOUS: readonly RegExp[] = [
  /\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b/,
  /\b\d{1,2}\.?\s*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|f[ée]v|avr|mai|juin|juil|ao[uû]t|d[ée]c)[a-zéû]*\.?,?\s*\d{2,4}\b/iu,
  /\b\d{1,2}[:h]\d{2}\b/i,
  /\d{5,}/,
  /\b(?=\w*[A-Za-z])\w*\d{4,}\w*\b/,
  /\S@\S|https?:|www\./i,
  /\b(?:Dr|DR|Dra|Prof|Mr|Mrs|Ms|Mme|Mlle|Herr|Frau|Sr|Sra)\b\.?\s+\p{Lu}/u,
];

/** What was made of texts lately: images of a series say most things alike. */
const MAX_REMEMBERED = 1024;
/** Longer texts are hardly the same ones again. */
const MAX_LENGTH = 128;

function remembering<T>(make: (text: string) => T): (text: string) => T {
  const lately = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_LENGTH) return make(text);
    const known = lately.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    if (lately.size >= MAX_REMEMBERED) lately.clear();
    lately.set(text, made);
    return made;
  };
}

/** Letters and digits only, lower case, without accents. */
const plain = remembering((text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ''),
);

const words = remembering((text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== ''),
);

/**
 * What the data set says of whom it is of, and whether a text repeats it. Two tests:
 *
 * `repeats`: the text has a part of a name of any person in the data set (two letters or more of the patient's, three of others';
 * in scripts without spaces any run of it), a number of the patient, order or device (three characters or more), the name of an
 * institution, department or address as a whole, the birth date or, unless dates are retained, a date of the study in any usual
 * order of day, month and year, or one of the original UIDs, unless these are retained.
 *
 * `tells`: it repeats something, or it has what reads as a date, a time of day, a run of five digits or more, a mixture of letters
 * and four digits or more, an address of mail or web, or a title followed by a name. Names that stand nowhere else in the data set
 * and without a title are not recognised.
 */
export class Identity {
  private readonly names = new Set<string>();
  /** Names in scripts that need no spaces. */
  private readonly runs = new Set<string>();
  /** Numbers, places, dates and UIDs as `plain`. */
  private readonly marks = new Set<string>();

  constructor(
    dataset: DataSetView,
    private readonly options: AnonymisationOptions,
  ) {
    this.collect(dataset);
  }

  repeats(text: string): boolean {
    if (text === '') return false;
    if (words(text).some((word) => this.names.has(word))) return true;
    const whole = plain(text);
    return some(this.marks, (mark) => whole.includes(mark)) || some(this.runs, (run) => whole.includes(run));
  }

  tells(text: string): boolean {
    return this.repeats(text) || SUSPICIOUS.some((pattern) => pattern.test(text));
  }

  private collect(view: DataSetView): void {
    for (const element of view.elements.values()) {
      if (element.items) {
        for (const item of element.items) this.collect(item);
      } else if (element.vr === 'PN' && element.length > 0) {
        const least = element.tag >>> 16 === 0x0010 ? 2 : 3;
        for (const name of view.strings(element.tag)) this.addName(name, least);
      }
    }
    this.addMarks(view, NUMBERS, 3);
    this.addMarks(view, PLACES, 4);
    if (!this.options.retainDeviceIdentity) this.addMarks(view, DEVICE_NUMBERS, 3);
    if (!this.options.retainInstitutionIdentity) this.addMarks(view, INSTITUTION, 4);
    if (!this.options.retainUIDs) this.addMarks(view, UIDS, 8);
    for (const date of view.strings(Tags.PatientBirthDate)) this.addDate(date);
    if (this.options.dates !== 'full')
      for (const tag of DATES) for (const date of view.strings(tag)) this.addDate(date);
  }

  private addName(name: string, least: number): void {
    for (const word of words(name)) {
      if (/^\p{N}+$/u.test(word) && word.length < 3) continue;
      if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(word))
        this.runs.add(plain(word));
      else if (word.length >= least) this.names.add(word);
    }
  }

  private addMarks(view: DataSetView, tags: readonly Tag[], least: number): void {
    for (const tag of tags) {
      for (const value of view.strings(tag)) {
        const mark = plain(value);
        if (mark.length >= least) this.marks.add(mark);
      }
    }
  }

  private addDate(value: string): void {
    const match = /^(\d{4})\D?(\d{2})\D?(\d{2})/.exec(value);
    if (!match) return;
    const [, year = '', month = '', day = ''] = match;
    for (const order of [year + month + day, day + month + year, month + day + year]) this.marks.add(order);
  }
}

function some(values: ReadonlySet<string>, test: (value: string) => boolean): boolean {
  for (const value of values) if (test(value)) return true;
  return false;
}

/** Whose data set it is, in one text: the number and its issuer, else name and birth date, else the study. */
export function patientOf(dataset: DataSetView): string {
  const id = dataset.string(Tags.PatientID);
  if (id !== undefined) return `id\0${id}\0${dataset.string(Tags.IssuerOfPatientID) ?? ''}`;
  const name = dataset.string(Tags.PatientName);
  if (name !== undefined) return `name\0${name}\0${dataset.string(Tags.PatientBirthDate) ?? ''}`;
  return `study\0${dataset.string(Tags.StudyInstanceUID) ?? ''}`;
}
