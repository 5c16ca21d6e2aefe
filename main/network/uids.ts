/** UIDs of the services (PS3.6 A). */
export const Services = {
  Verification: '1.2.840.10008.1.1',
  StorageCommitment: '1.2.840.10008.1.20.1',
  StorageCommitmentInstance: '1.2.840.10008.1.20.1.1',
  PatientRootFind: '1.2.840.10008.5.1.4.1.2.1.1',
  PatientRootMove: '1.2.840.10008.5.1.4.1.2.1.2',
  PatientRootGet: '1.2.840.10008.5.1.4.1.2.1.3',
  StudyRootFind: '1.2.840.10008.5.1.4.1.2.2.1',
  StudyRootMove: '1.2.840.10008.5.1.4.1.2.2.2',
  StudyRootGet: '1.2.840.10008.5.1.4.1.2.2.3',
  ModalityWorklistFind: '1.2.840.10008.5.1.4.31',
} as const;

export const ImplicitLE = '1.2.840.10008.1.2';
export const ExplicitLE = '1.2.840.10008.1.2.1';
export const ExplicitBE = '1.2.840.10008.1.2.2';

/** Whether a data set is native and not deflated: its values stand there as they are (PS3.5 A.1, A.2, A.3). */
export function isPlainSyntax(transferSyntax: string): boolean {
  return transferSyntax === ImplicitLE || transferSyntax === ExplicitLE || transferSyntax === ExplicitBE;
}

/** Encodings that every peer of queries understands one of; the richer one first. */
export const PLAIN_SYNTAXES = [ExplicitLE, ImplicitLE] as const;
