import { z } from 'zod';

const line = (most: number) => z.string().trim().max(most).default('');

/**
 * What registration desks ask besides what DICOM has a place for; every line may stay empty. Surnames and first names stand
 * apart here for systems that keep them so; PatientName stays the name that is shown and written into pictures.
 */
export const PatientDetails = z.object({
  paternalLast: line(64),
  maternalLast: line(64),
  first: line(64),
  middle: line(64),
  prefix: line(16),
  suffix: line(16),
  preferredName: line(64),
  genderIdentity: line(64),
  street1: line(128),
  street2: line(128),
  street3: line(128),
  /** A quarter of a town (in Mexico: colonia). */
  colonia: line(64),
  city: line(64),
  state: line(64),
  postCode: line(20),
  country: line(64),
  phone1: line(32),
  phone2: line(32),
  email: line(254),
  emergencyName: line(128),
  emergencyPhone: line(32),
  emergencyEmail: line(254),
  /** National number of Mexico (Clave Única de Registro de Población), as it is written. */
  curp: line(128),
  /** Any other number: of an insurance, of another country. */
  otherId: line(64),
  /** The number in an earlier system, on paper or not. */
  oldNumber: line(64),
});
export type PatientDetails = z.infer<typeof PatientDetails>;

export type DetailField = keyof PatientDetails;
export const detailFields = Object.keys(PatientDetails.shape) as DetailField[];

/** A patient of whom nothing more is known. */
export const noDetails: PatientDetails = PatientDetails.parse({});
