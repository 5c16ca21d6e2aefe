import { create } from 'zustand';
import type { Job } from '@shared/contract/archive';
import { FieldboxError, isErrorCode } from '@shared/errors';
import { ask } from './api';
import { isShut } from './door';
import { i18n } from './i18n';
import { currentRoute, navigate } from './router';
import { refreshStatus } from './session';
import { say, sayError, sayUnasked } from './toasts';

/** All jobs this window has heard of, by id. Long work goes on in the main process whatever screen is shown. */
export const useJobs = create<{ readonly jobs: Readonly<Record<string, Job>> }>()(() => ({ jobs: {} }));

/** Takes over the jobs that already run when the window opens. */
export function adoptJobs(jobs: readonly Job[]): void {
  useJobs.setState({ jobs: Object.fromEntries(jobs.map((job) => [job.job, job])) });
}

/** A job's error as an error of ours. */
export function jobError(error: NonNullable<Job['error']>): FieldboxError {
  return isErrorCode(error.code) ? new FieldboxError(error.code, error.details) : new FieldboxError('INTERNAL');
}

/** Notes how a job stands; the outcome is told once, wherever the person is. */
export function jobChanged(job: Job): void {
  const before = useJobs.getState().jobs[job.job];
  useJobs.setState((state) => ({ jobs: { ...state.jobs, [job.job]: job } }));
  if (job.state === 'running' || before?.state === job.state) return;
  if (isShut()) return; // who comes in reads it all
  announce(job);
  refreshStatus().catch(sayUnasked);
}

/** Whether the person is looking at the very thing that has finished. */
function isWatched(job: Job): boolean {
  const route = currentRoute();
  if (route.screen === 'import') return job.importSession !== null && route.session === job.importSession;
  if (route.screen === 'anonymise') return job.anonymisationRun !== null && route.run === job.anonymisationRun;
  return route.screen === 'export' && job.exportKey !== null && route.exportKey === job.exportKey;
}

function announce(job: Job): void {
  if (isWatched(job)) return;
  const { importSession: session, exportKey, anonymisationRun: run } = job;
  if (job.state === 'failed' && job.error) {
    sayError(jobError(job.error));
  } else if (job.state === 'cancelled') {
    say({ tone: 'info', text: i18n.t('jobs.cancelled') });
  } else if (job.type === 'import') {
    say({
      tone: job.rejected > 0 ? 'warning' : 'success',
      text: i18n.t('jobs.importDone', { added: job.added, already: job.alreadyStored, aside: job.rejected }),
      ...(session && { action: { label: i18n.t('jobs.report'), run: () => navigate({ screen: 'import', session }) } }),
    });
  } else if (job.type === 'export') {
    say({
      tone: 'success',
      text: i18n.t('jobs.exportDone'),
      ...(exportKey && {
        action: { label: i18n.t('jobs.result'), run: () => navigate({ screen: 'export', exportKey }) },
      }),
    });
  } else if (job.type === 'anonymise') {
    say({
      tone: job.rejected > 0 ? 'warning' : 'success',
      text: i18n.t('jobs.anonymiseDone', { made: job.added, already: job.alreadyStored, aside: job.rejected }),
      ...(run && { action: { label: i18n.t('jobs.result'), run: () => navigate({ screen: 'anonymise', run }) } }),
    });
  } else if (job.type === 'classify') {
    // Single new images are sorted without a word; a pass over everything was asked for by a change of the rules.
    if (job.total > 0) say({ tone: 'success', text: i18n.t('jobs.classifyDone') });
  } else {
    // The others are told by whoever began them, with a way back.
    const text = job.type === 'verify' ? 'jobs.verifyDone' : job.type === 'rebuild' ? 'jobs.rebuildDone' : null;
    if (text) say({ tone: 'success', text: i18n.t(text) });
  }
}

/** Waits until a job has ended, and tells whether it came to its end; why not has been told then. */
export function finished(id: Job['job']): Promise<boolean> {
  return new Promise((resolve) => {
    const look = ({ jobs }: { readonly jobs: Readonly<Record<string, Job>> }): boolean => {
      const job = jobs[id];
      if (!job || job.state === 'running') return false;
      resolve(job.state === 'done');
      return true;
    };
    if (look(useJobs.getState())) return;
    const leave = useJobs.subscribe((state) => {
      if (look(state)) leave();
    });
  });
}

/** Asks a job to stop; what it finished stays. */
export function cancelJob(job: Job['job']): void {
  ask('jobs.cancel', { job }).catch(sayError);
}

/** How far a job is, 0 to 100; null while the total is not known. */
export function percent(job: Job): number | null {
  if (job.bytesTotal > 0 && job.type !== 'import') return Math.min(100, (job.bytesDone / job.bytesTotal) * 100);
  return job.total > 0 ? Math.min(100, (job.done / job.total) * 100) : null;
}
