import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino, type Logger } from 'pino';
import { systemCode } from '../platform/durable';

/** A log that grew over this is put beside as the older one when the app starts. */
const LARGEST = 5 * 1024 * 1024;

/** The log of this machine: codes and technical causes (main/desktop/trace.ts), never names or other personal data. */
export function openLog(path: string, version: string): Logger {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > LARGEST) renameSync(path, path.replace(/\.log$/, '.older.log'));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return pino(
    { base: { version }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: path, sync: true }),
  );
}
