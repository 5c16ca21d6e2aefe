/** Whose photo or document it is and where it was taken; becomes attributes of the DICOM object. */
export interface PhotoContext {
  readonly patient?: PhotoPatient;
  readonly clinicName?: string;
  readonly clinicPlace?: string;
  readonly stationName?: string;
  /** The label of the kind: Headshot, Xray, Surgery, Audiogram or the clinic's own. */
  readonly kind: string;
  /** Our own keys of all of these, for a rebuild of the index from the objects alone. */
  readonly keys?: OriginKeys;
  /** Goes before what the photo's Exif says. ISO 8601, best with an offset. */
  readonly takenAt?: string;
  /** The camera's name as the system gives it, where Exif does not name one. */
  readonly cameraName?: string;
  readonly operatorName?: string;
  /** Side of a paired body part. */
  readonly laterality?: 'L' | 'R';
  /** A defined term of PS3.16 Annex L, such as EYE. */
  readonly bodyPart?: string;
  readonly softwareVersion: string;
}

export interface PhotoPatient {
  readonly PatientID: string;
  readonly PatientName: string;
  readonly IssuerOfPatientID?: string;
  readonly PatientBirthDate?: string;
  readonly PatientSex?: string;
  readonly ageYears?: number;
  readonly birthDateEstimated?: boolean;
}

export interface OriginKeys {
  readonly patient: string | null;
  readonly clinic: string | null;
  readonly station: string | null;
  readonly kind: string | null;
}

/** The object's place in the hierarchy. Dates and times are DICOM DA and TM by the clock of `takenAt`. */
export interface PhotoPlace {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
  readonly studyDate: string;
  readonly studyTime: string;
  readonly studyID?: string;
  readonly studyDescription?: string;
  readonly seriesNumber?: number;
  readonly instanceNumber?: number;
}
