import { contract, type Handlers, type VerbName, type WireAnswer } from '@shared/contract';
import { asFieldboxError, FieldboxError } from '@shared/errors';

/** Hears of every call that failed for a reason that is no fault of the caller, with the technical cause. */
export type FaultListener = (verb: string, error: FieldboxError) => void;

/**
 * One function that answers every verb: what comes in and what goes out is checked against the contract, and whatever is
 * thrown becomes an answer. Never throws.
 */
export function createDispatcher(
  handlers: Handlers<VerbName>,
  onFault: FaultListener,
): (verb: unknown, input: unknown) => Promise<WireAnswer> {
  return async (verb, input) => {
    try {
      if (typeof verb !== 'string' || !isVerb(verb)) throw new FieldboxError('BAD_REQUEST', { what: 'verb' });
      return { ok: true, value: await answer(handlers, verb, input) };
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      if (error.code === 'INTERNAL') onFault(String(verb), error);
      const { code, number, details, message } = error.toJSON();
      return { ok: false, error: { code, number, details: { ...details }, message } };
    }
  };
}

function isVerb(name: string): name is VerbName {
  return Object.hasOwn(contract, name);
}

async function answer(handlers: Handlers<VerbName>, verb: VerbName, input: unknown): Promise<unknown> {
  const { input: inputSchema, output: outputSchema } = contract[verb];
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) throw new FieldboxError('BAD_REQUEST', { what: parsed.error.issues[0]?.path.join('.') || verb });
  // The schema just used is the one the handler's type is made from; a union of functions cannot be called without saying so.
  const handler = handlers[verb] as (input: unknown) => Promise<unknown>;
  const output = outputSchema.safeParse(await handler(parsed.data));
  if (!output.success) throw new FieldboxError('INTERNAL', {}, output.error);
  return output.data;
}
