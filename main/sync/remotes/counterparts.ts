import type { PatientDetails } from '@shared/model/details';
import type { ClinicKey, ImageId, PatientKey, SeriesKey } from '@shared/model/ids';
import type { MatchBasis, RemotePatient } from '@shared/model/remotes/matching';

/** What is known of a patient here, for a remote that has patients of its own. */
export interface Person {
  readonly patient: PatientKey;
  readonly PatientID: string;
  readonly PatientName: string;
  /** YYYYMMDD; empty unless the whole date is known. */
  readonly PatientBirthDate: string;
  readonly PatientSex: string;
  readonly details: PatientDetails;
}

/** What is sent: an image, or a file attached to a patient. */
export interface Whose {
  readonly image: ImageId;
  readonly attached: { readonly patient: PatientKey } | null;
}

/** Who a patient is at a remote, as it was decided. */
export type Known =
  { readonly choice: 'this'; readonly id: string } | { readonly choice: 'new' } | { readonly choice: 'none' };

/**
 * What the archive knows for drivers of remotes that have patients, clinics and stations of their own: who and what is the
 * same there, and pictures in a form that such remotes take.
 */
export interface Counterparts {
  /** Whose an image or attached file is; null when it is not in the archive any more. */
  personOf(item: Whose): Person | null;
  knownAs(patient: PatientKey): Known | null;
  /** Keeps who a patient is there. */
  matched(patient: PatientKey, id: string, basis: Exclude<MatchBasis, 'person'>): Promise<void>;
  /** Keeps who it may be, for the person who will be asked. */
  unclear(patient: PatientKey, candidates: readonly RemotePatient[]): void;
  /** The remote's own ids of the clinic and station of an image. */
  placeOf(image: ImageId): { readonly clinic: string | null; readonly station: string | null };
  /** An upright JPEG with 8 bits a sample, at most `side` pixels long; null when there is nothing to be seen. */
  jpegOf(image: ImageId, side: number): Promise<Uint8Array | null>;
  /** Unpacks a zip in a worker into a folder. Throws ZIP_DAMAGED, ZIP_BOMB, DISK_*. */
  unpack(zip: string, folder: string): Promise<readonly UnpackedFile[]>;
}

export interface UnpackedFile {
  readonly path: string;
  /** As it stands in the zip; a label, and never a path to write to. */
  readonly entry: string;
  readonly sha256: string;
  /** Null when it is no DICOM file. */
  readonly SOPInstanceUID: string | null;
}

/** A series of which images have been delivered to the remote. */
export interface SentSeries {
  readonly series: SeriesKey;
  readonly images: readonly ImageId[];
}

/** A result as a remote tells it; what it does not tell is empty or null. */
export interface FetchedResult {
  readonly type: string;
  readonly name: string;
  readonly algorithm: string;
  readonly version: string;
  readonly threshold: number | null;
  /** The image it is about, when it is about one. */
  readonly image: ImageId | null;
  readonly value:
    | { readonly kind: 'number'; readonly number: number }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'path'; readonly path: string };
}

/** A report as a remote tells it. */
export interface FetchedEntry {
  readonly id: string;
  readonly form: string;
  readonly author: string;
  readonly values: unknown;
  /** For people to read. */
  readonly text: string;
}

/** A finished report on its way out. */
export interface OutgoingEntry {
  readonly form: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A picture or file of a patient as it came from a remote. */
export interface FetchedFile {
  readonly patient: PatientKey;
  /** The remote's own id. */
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly kindOfPicture: 'headshot' | 'xray' | 'surgery' | 'audiogram' | null;
  readonly clinic: string | null;
  readonly station: string | null;
}

/** A file that is no picture. */
export interface FetchedAttachment extends FetchedFile {
  /** Shown first there. */
  readonly pinned: boolean;
}

/** Takes what a driver fetches. Each call has answered when the thing is durable; the same thing again does no harm. */
export interface FetchSink {
  /** Patients who are known there. */
  readonly patients: readonly { readonly patient: PatientKey; readonly id: string }[];
  /** Series of which images were delivered. */
  readonly series: readonly SentSeries[];
  /** How much there is to do. */
  expect(things: number): void;
  /** One thing is done, or nothing came of it. */
  done(): void;
  clinic(clinic: {
    readonly id: string;
    readonly name: string;
    readonly place: string;
    readonly firstDay: string;
    readonly lastDay: string;
  }): Promise<ClinicKey>;
  station(station: { readonly id: string; readonly clinic: ClinicKey; readonly name: string }): Promise<void>;
  /** True when it is new here. A picture that cannot be read is noted as put aside. */
  image(file: FetchedFile): Promise<boolean>;
  file(file: FetchedAttachment): Promise<boolean>;
  result(series: SentSeries, result: FetchedResult): Promise<boolean>;
  entry(series: SentSeries, entry: FetchedEntry): Promise<boolean>;
  status(series: SentSeries, status: string, message: string): Promise<void>;
}
