import { parentPort, workerData } from 'node:worker_threads';
import { asFieldboxError } from '@shared/errors';
import { sharedStop } from '../export/cancel';
import { PicturePool } from '../export/picture-pool';
import type { ExportMessage, ExportOrder } from '../export/protocol';
import { runPlan } from '../export/run-plan';

const port = parentPort;
if (!port) throw new Error('This file runs only as a worker thread.');
const say = (message: ExportMessage): void => port.postMessage(message);

const PROGRESS_INTERVAL_MS = 100;

/** Carries out the plan this thread was started with, and ends. */
async function run(order: ExportOrder): Promise<void> {
  const pictures = new PicturePool();
  let said = 0;
  let phase = '';
  try {
    const outcome = await runPlan(order.plan, {
      stop: sharedStop(order.stop),
      pictures,
      staging: (path) => say({ type: 'staging', path }),
      report: (progress) => {
        const now = performance.now();
        if (progress.phase === phase && progress.done < progress.total && now - said < PROGRESS_INTERVAL_MS) return;
        said = now;
        phase = progress.phase;
        say({ type: 'progress', progress });
      },
    });
    say({ type: 'done', outcome });
  } catch (thrown) {
    const error = asFieldboxError(thrown);
    const cause = error.cause instanceof Error ? error.cause : error;
    say({ type: 'failed', error: error.toJSON(), trace: cause.stack ?? cause.message });
  } finally {
    await pictures.close();
    port?.close();
  }
}

// The engine starts this thread with an order and nothing else (main/archive/export/export-thread.ts).
void run(workerData as ExportOrder);
