import type { ErrorCode } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { ExportContainer, ExportForm } from '@shared/model/vocabulary';

/** A file of the archive that goes out. */
export interface PlannedObject {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** One image that passed the gate. */
export interface PlannedImage {
  readonly image: ImageId;
  readonly object: PlannedObject;
  /** The photo or document as it came in, kept beside the DICOM object made from it. */
  readonly source: PlannedObject | null;
  /** Name of the file it came from, without folders; empty when there was none. */
  readonly fileName: string;
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly InstanceNumber: string;
  readonly frames: number;
  readonly hasPixels: boolean;
  /** Name of the kind (headshot, ...) in the clinic's words; empty when it has none. */
  readonly kind: string;
  /** YYYYMMDD; empty when nothing says it. */
  readonly date: string;
}

export interface PlannedSeries {
  readonly SeriesInstanceUID: string;
  readonly Modality: string;
  readonly SeriesNumber: string;
  readonly SeriesDescription: string;
  readonly images: readonly PlannedImage[];
}

export interface PlannedStudy {
  readonly StudyInstanceUID: string;
  /** YYYYMMDD or empty. */
  readonly StudyDate: string;
  readonly StudyDescription: string;
  readonly series: readonly PlannedSeries[];
}

export interface PlannedPatient {
  /** As the archive knows the person; names in Unicode with `^` and `=`. */
  readonly PatientName: string;
  readonly PatientID: string;
  readonly PatientBirthDate: string;
  readonly PatientSex: string;
  readonly studies: readonly PlannedStudy[];
}

/** An image that was asked for and stays here, with the reason. */
export interface LeftOut {
  readonly image: ImageId;
  readonly code: ErrorCode;
  /** The stored file that was found damaged or missing; null for every other reason. */
  readonly object: string | null;
}

/** Everything the export thread needs; it knows no database. */
export interface ExportPlan {
  readonly form: ExportForm;
  readonly container: ExportContainer;
  /** Absolute path of the folder or zip to be made. */
  readonly target: string;
  /** For the README and the times of files in a zip, ISO 8601. */
  readonly madeAt: string;
  readonly version: string;
  readonly patients: readonly PlannedPatient[];
}

/** What came of it, before it is known to the archive. */
export interface ExportOutcome {
  readonly images: number;
  readonly files: number;
  readonly bytes: number;
  /** Files read back from the target and found equal to what was written. */
  readonly verified: number;
  /** Images that could not go out, found while writing. */
  readonly leftOut: readonly LeftOut[];
}

/** All images of a plan in their order. */
export function* plannedImages(plan: ExportPlan): Generator<PlannedImage> {
  for (const patient of plan.patients) {
    for (const study of patient.studies) {
      for (const series of study.series) yield* series.images;
    }
  }
}
