import type { z } from 'zod';
import type { ErrorCode } from '../errors';

/**
 * One call between the two sides: what goes in, what comes out, and which errors the caller must be ready for besides
 * INTERNAL and BAD_REQUEST. Both sides parse with these schemas.
 */
export interface Verb<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I;
  readonly output: O;
  readonly errors: readonly ErrorCode[];
}

/** Declares a verb and keeps its types. */
export function verb<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  errors: readonly ErrorCode[] = [],
): Verb<I, O> {
  return { input, output, errors };
}
