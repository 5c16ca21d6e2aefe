import type { Bridge, VerbName, WireAnswer } from '@shared/contract';
import { catalogue } from '@shared/errors';
import type { ErrorCode } from '@shared/errors';

type Answers = Partial<Record<VerbName, (input: never) => Promise<WireAnswer>>>;

export const ok = (value: unknown): WireAnswer => ({ ok: true, value });

export const refused = (code: ErrorCode): WireAnswer => ({
  ok: false,
  error: { code, number: catalogue[code].number, details: {}, message: code },
});

/** Puts a bridge on the window that answers the verbs given; any other is refused. */
export function installBridge(answers: Answers): void {
  const verbs = new Proxy({} as Bridge['verbs'], {
    get: (_, verb: VerbName) => answers[verb] ?? (() => Promise.resolve(refused('BAD_REQUEST'))),
  });
  const bridge: Bridge = { verbs, on: () => () => undefined, pathsOf: (files) => files.map(({ name }) => name) };
  Object.defineProperty(window, 'fieldbox', { value: bridge, configurable: true });
}
