import { create } from 'zustand';
import type { JobId } from '@shared/model/ids';

/** The stick that was read last: its job goes on whatever page is shown, and what it found is shown on return. */
export const useLastReading = create<{ readonly job: JobId | null }>()(() => ({ job: null }));
