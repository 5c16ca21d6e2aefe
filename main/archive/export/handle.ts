import type { JobHandle } from '../jobs/job-board';

/** What an export needs of the job it runs in; the command line passes its own. */
export type ExportHandle = Pick<JobHandle, 'signal' | 'update'>;
