import { contract, events, WireAnswer } from '@shared/contract';
import type { EngineVerb, EventName, EventPayload, Input, Output, VerbName } from '@shared/contract';
import { leastRole, whileLocked } from '@shared/contract/permissions';
import { FieldboxError, isErrorCode } from '@shared/errors';
import { shutDoor, throughDoor } from './door';

/** What may be asked while nobody is in: what concerns no archive, signing in, and what the engine allows a locked window. */
function needsPerson(verb: VerbName): boolean {
  if (!isEngineVerb(verb)) return false;
  return leastRole[verb] !== 'anyone' && !whileLocked.has(verb);
}

function isEngineVerb(verb: VerbName): verb is EngineVerb {
  return Object.hasOwn(leastRole, verb);
}

/**
 * Asks the main process for one thing and gives its answer, checked against the contract.
 * While the window is locked it waits. Throws FieldboxError: the one the other side reported, or INTERNAL when the answer has not the agreed shape.
 */
export async function ask<V extends VerbName>(verb: V, input: Input<V>): Promise<Output<V>> {
  for (;;) {
    if (needsPerson(verb)) await throughDoor();
    try {
      return await askNow(verb, input);
    } catch (thrown) {
      // It locked itself while the question was on its way.
      if (!(thrown instanceof FieldboxError && thrown.code === 'SESSION_LOCKED' && needsPerson(verb))) throw thrown;
      shutDoor();
    }
  }
}

async function askNow<V extends VerbName>(verb: V, input: Input<V>): Promise<Output<V>> {
  const reply = WireAnswer.safeParse(await window.fieldbox.verbs[verb](input));
  if (!reply.success) throw new FieldboxError('INTERNAL', {}, reply.error);
  const answer = reply.data;
  if (!answer.ok) {
    const { code, details } = answer.error;
    throw isErrorCode(code) ? new FieldboxError(code, details) : new FieldboxError('INTERNAL', {}, answer.error);
  }
  const value = contract[verb].output.safeParse(answer.value);
  if (!value.success) throw new FieldboxError('INTERNAL', {}, value.error);
  return value.data as Output<V>;
}

/** Listens to an event of the engine; what has not the agreed shape is left out. Returns the function that ends it. */
export function listen<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
  return window.fieldbox.on(event, (payload) => {
    const parsed = events[event].safeParse(payload);
    if (parsed.success) listener(parsed.data as EventPayload<E>);
  });
}

/** Where an image's thumbnail is served (JPEG, at most 256 px a side). */
export function thumbnailUrl(image: string): string {
  return `fieldbox://image/${image}/thumbnail`;
}
