import type { ObjectStore } from '../objects/object-store';
import type { ExportPlan, PlannedImage, PlannedPatient, PlannedSeries, PlannedStudy } from '../../workers/export/plan';
import type { ImageId } from '@shared/model/ids';
import { dayOf, type SelectedRow } from './selection';

type Open<T, K extends keyof T, C> = { -readonly [P in keyof Omit<T, K>]: T[P] } & { [P in K]: C[] };
type OpenSeries = Open<PlannedSeries, 'images', PlannedImage>;
type OpenStudy = Open<PlannedStudy, 'series', OpenSeries>;
type OpenPatient = Open<PlannedPatient, 'studies', OpenStudy>;

/** What an export is, beside the images. */
export type PlanHead = Omit<ExportPlan, 'patients'>;

/** Puts selected images under their patients, studies and series, in the order of the rows. */
export function makePlan(head: PlanHead, rows: readonly SelectedRow[], objects: Pick<ObjectStore, 'path'>): ExportPlan {
  const patients = new Map<number, OpenPatient>();
  const studies = new Map<number, OpenStudy>();
  const series = new Map<number, OpenSeries>();
  for (const row of rows) {
    const patient = openAt(patients, row.patientId, () => ({
      PatientName: row.PatientName,
      PatientID: row.PatientID,
      PatientBirthDate: row.PatientBirthDate,
      PatientSex: row.PatientSex,
      studies: [],
    }));
    const study = openAt(studies, row.studyId, () => {
      const made = {
        StudyInstanceUID: row.StudyInstanceUID,
        StudyDate: row.StudyDate,
        StudyDescription: row.StudyDescription,
        series: [],
      };
      patient.studies.push(made);
      return made;
    });
    const group = openAt(series, row.seriesId, () => {
      const made = {
        SeriesInstanceUID: row.SeriesInstanceUID,
        Modality: row.Modality,
        SeriesNumber: row.SeriesNumber,
        SeriesDescription: row.SeriesDescription,
        images: [],
      };
      study.series.push(made);
      return made;
    });
    group.images.push(plannedImage(row, objects));
  }
  return { ...head, patients: [...patients.values()] };
}

function openAt<T>(known: Map<number, T>, id: number, make: () => T): T {
  const found = known.get(id) ?? make();
  known.set(id, found);
  return found;
}

function plannedImage(row: SelectedRow, objects: Pick<ObjectStore, 'path'>): PlannedImage {
  return {
    image: row.object,
    object: planned(row.object, row.bytes, objects),
    source:
      row.sourceObject === null || row.sourceBytes === null
        ? null
        : planned(row.sourceObject, row.sourceBytes, objects),
    fileName: row.fileName,
    SOPClassUID: row.SOPClassUID,
    SOPInstanceUID: row.SOPInstanceUID,
    InstanceNumber: row.InstanceNumber,
    frames: row.NumberOfFrames,
    hasPixels: row.hasPixels === 1,
    kind: row.kind ?? '',
    date: dayOf(row),
  };
}

function planned(sha256: ImageId, bytes: number, objects: Pick<ObjectStore, 'path'>): PlannedImage['object'] {
  return { path: objects.path(sha256), sha256, bytes };
}
