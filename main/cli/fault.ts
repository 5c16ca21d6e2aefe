import { errorSentence, isErrorCode } from '@shared/errors';

/** A fault as it is kept: a code that another version may have written, and what goes into its sentence. */
interface Fault {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** The sentence of a fault; the code itself where this version does not know it. */
export function sentenceOf({ code, details }: Fault): string {
  return isErrorCode(code) ? errorSentence(code, details) : code;
}
