import type { CoreVerb, Handlers } from '@shared/contract';
import type { EngineContext } from '../context';
import type { Journal } from '../log/journal';
import { oneAfterTheOther } from '../people/in-turn';
import type { Pictures } from '../pictures';
import type { Directory } from './directory';
import { Gate } from './gate';
import { type CallerOptions, Session, type Tellable } from './session';
import { Throttle } from './throttle';
import { createUsers, type UserVerb } from './users';

export { Directory } from './directory';
export { type CallerOptions, Session } from './session';

/** People and their sessions. */
export interface Access {
  readonly verbs: Handlers<UserVerb>;
  /** A new caller, not signed in yet, of these verbs and pictures. */
  open<V extends CoreVerb>(core: Handlers<V>, pictures: Pictures, options: CallerOptions): Session<V>;
  /** Ends all sessions. */
  close(): void;
}

export function createAccess(ctx: EngineContext, directory: Directory, journal: Journal): Access {
  const gate = new Gate(directory, new Throttle(ctx.db, () => ctx.now()), journal);
  const sessions = new Set<Tellable>();
  const inTurn = oneAfterTheOther();
  return {
    verbs: createUsers(ctx, directory, gate),
    open: (core, pictures, options) =>
      new Session({ ctx, core, pictures, directory, gate, journal, sessions, inTurn }, options),
    close: () => {
      for (const session of sessions) session.end();
    },
  };
}
