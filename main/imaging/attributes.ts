import { dicomMoment } from './moment';
import type { PhotoContext, PhotoPlace } from './photo-context';

/** Values by DICOM keyword. What is undefined is left out; an empty text is an empty value. */
export type AttributeValue = string | number | readonly (string | number)[] | Uint8Array;
export interface Attributes {
  readonly [keyword: string]: AttributeValue | undefined;
}

const LO_LENGTH = 64;
const SH_LENGTH = 16;

export interface CommonInput {
  readonly context: PhotoContext;
  readonly place: PhotoPlace;
  readonly modality: string;
  readonly sopClassUID: string;
  readonly takenAt: string | undefined;
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
}

/** Patient, General Study, Series and Equipment, SOP Common (PS3.3 C.7.1.1, C.7.2.1, C.7.3.1, C.7.5.1, C.12.1). */
export function commonAttributes(input: CommonInput): Attributes {
  const { context, place } = input;
  const { patient } = context;
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    SOPClassUID: input.sopClassUID,
    SOPInstanceUID: place.sopInstanceUID,
    TimezoneOffsetFromUTC: dicomMoment(input.takenAt)?.offset || undefined,
    PatientName: text(patient?.PatientName, 324),
    PatientID: text(patient?.PatientID, LO_LENGTH),
    IssuerOfPatientID: optional(patient?.IssuerOfPatientID, LO_LENGTH),
    PatientBirthDate: patient?.PatientBirthDate ?? '',
    PatientSex: patient?.PatientSex ?? '',
    PatientAge: ageString(patient?.ageYears),
    StudyInstanceUID: place.studyInstanceUID,
    StudyDate: place.studyDate,
    StudyTime: place.studyTime,
    ReferringPhysicianName: '',
    StudyID: text(place.studyID, SH_LENGTH),
    AccessionNumber: '',
    StudyDescription: optional(place.studyDescription ?? context.clinicName, LO_LENGTH),
    Modality: input.modality,
    SeriesInstanceUID: place.seriesInstanceUID,
    SeriesNumber: place.seriesNumber ?? '',
    SeriesDescription: optional(context.kind, LO_LENGTH),
    OperatorsName: optional(context.operatorName, LO_LENGTH),
    BodyPartExamined: optional(context.bodyPart, SH_LENGTH),
    Manufacturer: text(input.manufacturer, LO_LENGTH),
    ManufacturerModelName: optional(input.model, LO_LENGTH),
    InstitutionName: optional(context.clinicName, LO_LENGTH),
    InstitutionAddress: optional(context.clinicPlace, 1024),
    StationName: optional(context.stationName, SH_LENGTH),
    InstitutionalDepartmentName: optional(context.stationName, LO_LENGTH),
    SoftwareVersions: text(`Fieldbox ${context.softwareVersion}`, LO_LENGTH),
    InstanceNumber: place.instanceNumber ?? 1,
  };
}

/** When the picture was taken, as the General Image and General Acquisition modules hold it (PS3.3 C.7.6.1, C.7.10.1). */
export function momentAttributes(takenAt: string | undefined): Attributes {
  const moment = dicomMoment(takenAt);
  if (moment === undefined) return {};
  return {
    AcquisitionDateTime: moment.date + moment.time + moment.offset,
    AcquisitionDate: moment.date,
    AcquisitionTime: moment.time,
    ContentDate: moment.date,
    ContentTime: moment.time,
  };
}

/** Text without what DICOM does not allow in it (PS3.5 6.1.3, 6.2): control characters and the value delimiter. */
export function text(value: string | undefined, limit: number): string {
  const clean = (value ?? '').replace(/[\p{Cc}\\]+/gu, ' ').trim();
  return Array.from(clean).slice(0, limit).join('').trim();
}

function optional(value: string | undefined, limit: number): string | undefined {
  return text(value, limit) || undefined;
}

/** VR AS: three digits and a unit. */
function ageString(years: number | undefined): string | undefined {
  if (years === undefined || !Number.isFinite(years) || years < 0 || years > 999) return undefined;
  return `${String(Math.floor(years)).padStart(3, '0')}Y`;
}
