import { ZodError } from 'zod';
import type { FieldboxError } from '@shared/errors';

/** A line of a stack trace that names a place in the program. */
const FRAME = /^\s+at /;
/** From the first quotation mark of a line to the last: names of files and pieces of their content stand there. */
const QUOTED = /['"`].*['"`]/;

/**
 * The technical cause of an error for the log: what failed and where in the program, without the names of files, which are
 * often those of patients, and without anything read from them.
 */
export function traceOf(error: FieldboxError): string {
  const { cause } = error;
  if (cause instanceof ZodError) return cause.issues.map(({ code, path }) => `${code} at ${path.join('.')}`).join('\n');
  if (cause instanceof Error) return withoutNames(cause.stack ?? cause.message);
  return withoutNames(error.stack ?? '');
}

/** A technical text without what stands in quotation marks. */
export function withoutNames(text: string): string {
  return text
    .split('\n')
    .map((line) => (FRAME.test(line) ? line : line.replace(QUOTED, '…')))
    .join('\n');
}
