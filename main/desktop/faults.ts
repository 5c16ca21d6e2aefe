import { app, dialog } from 'electron';
import type { Logger } from 'pino';
import { asFieldboxError, errorSentence, type Language } from '@shared/errors';
import { traceOf } from './trace';

/**
 * Faults of the program that nobody has caught. The archive is safe in any case: whatever was acknowledged is on the disk.
 * A broken promise is noted and the app goes on; after an exception its state cannot be trusted, so it says so and ends.
 */
export function watchFaults(log: Logger, language: () => Language): void {
  process.on('unhandledRejection', (reason) => {
    log.error({ where: 'promise', cause: traceOf(asFieldboxError(reason)) }, 'fault');
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ where: 'main', cause: traceOf(asFieldboxError(error)) }, 'fault');
    dialog.showErrorBox('Fieldbox', errorSentence('INTERNAL', {}, language()));
    app.exit(1);
  });
  const deaths = new Map<string, number>();
  app.on('child-process-gone', (_, { type, reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    const times = (deaths.get(type) ?? 0) + 1;
    deaths.set(type, times);
    // One that dies again and again must not fill the log: the 1st, 2nd, 4th, 8th ... time is noted.
    if (Number.isInteger(Math.log2(times))) log.error({ where: type, reason, exitCode, times }, 'fault');
  });
}
