import { create } from 'zustand';
import type { IntakeContext } from '@shared/contract/intake';
import type { KindKey, PatientKey, ProjectArchiveKey } from '@shared/model/ids';
import { useSession } from './session';

export interface Target {
  readonly patient: PatientKey | null;
  /** The person said that these pictures belong to nobody yet. */
  readonly unassigned: boolean;
  readonly kind: KindKey | null;
  /** The archive of a project for what is brought in next; null: none, undefined: the default one. */
  readonly archive: ProjectArchiveKey | null | undefined;
}

/** For whom pictures are taken or brought in now, and of what kind; shared by the camera and the import. */
export const useTarget = create<Target>()(() => ({ patient: null, unassigned: false, kind: null, archive: undefined }));

/** Sets the patient of the next pictures; the kind stays. */
export function aimAt(patient: PatientKey | null): void {
  useTarget.setState({ patient, unassigned: patient === null });
}

/** Patient, kind, and where we are today, as everything taken in carries them. */
export function contextNow(): IntakeContext {
  const { patient, kind, archive } = useTarget.getState();
  const settings = useSession.getState().settings;
  return {
    patient,
    kind,
    clinic: settings?.clinic ?? null,
    station: settings?.station ?? null,
    ...(archive !== undefined && { archive }),
  };
}
