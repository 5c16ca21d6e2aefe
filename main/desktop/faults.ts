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
  app.on('child-process-gone', (_, { type, reason, exitCode }) => {
    if (reason !== 'clean-exit') log.error({ where: type, reason, exitCode }, 'fault');
  });
}
