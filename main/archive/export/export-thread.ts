import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { FieldboxError, fromWire } from '@shared/errors';
import { workerUrl } from '../../platform/worker-url';
import type { ExportOutcome, ExportPlan } from '../../workers/export/plan';
import type { ExportMessage, ExportOrder } from '../../workers/export/protocol';
import type { Progress } from '../../workers/export/writing';

/** A thread that was asked to stop and hangs (a stick that no longer answers) is ended after this long. */
const STOP_PATIENCE_MS = 15_000;
/** Heap of the thread: plans of some hundred thousand images fit; files never are in memory as a whole. */
const MAX_OLD_GENERATION_MB = 1024;

/**
 * Carries out a plan in a thread of its own. Throws the FieldboxErrors of `runPlan`, and WORKER_DIED when the thread ended
 * without an answer; what it had written is removed then, or keeps the name that says it is not complete.
 */
export async function runInThread(
  plan: ExportPlan,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<ExportOutcome> {
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const order: ExportOrder = { plan, stop };
  const worker = new Worker(workerUrl('export'), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB },
  });
  /** Where the unfinished export lies while the thread has it. */
  const left: { staging: string | null } = { staging: null };
  let patience: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    Atomics.store(new Int32Array(stop), 0, 1);
    patience = setTimeout(() => void worker.terminate(), STOP_PATIENCE_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await new Promise<ExportOutcome>((resolve, reject) => {
      worker.on('message', (message: ExportMessage) => {
        if (message.type === 'staging') left.staging = message.path;
        else if (message.type === 'progress') report(message.progress);
        else if (message.type === 'done') resolve(message.outcome);
        else reject(Object.assign(fromWire(message.error), { trace: message.trace }));
        if (message.type === 'done' || message.type === 'failed') left.staging = null;
      });
      worker.on('error', (error: Error) => reject(new FieldboxError('WORKER_DIED', {}, error)));
      worker.on('exit', () => reject(new FieldboxError(signal.aborted ? 'CANCELLED' : 'WORKER_DIED')));
    });
  } finally {
    clearTimeout(patience);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
    if (left.staging !== null) await rm(left.staging, { recursive: true, force: true });
  }
}
