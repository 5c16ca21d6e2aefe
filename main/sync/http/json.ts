import type { z } from 'zod';
import type { HttpAnswer } from './client';
import { HttpFailure } from './trouble';

/** Reads a JSON answer of an agreed shape. Throws HttpFailure REMOTE_ANSWER: what came is something else, such as the page of a captive portal. */
export function jsonOf<T extends z.ZodType>(answer: HttpAnswer, schema: T, what: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(answer.body.toString('utf8'));
  } catch (error) {
    throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what }, person: true }, error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what }, person: true }, parsed.error);
  return parsed.data;
}
