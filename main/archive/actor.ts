import { AsyncLocalStorage } from 'node:async_hooks';
import type { UserKey } from '@shared/model/ids';

const acting = new AsyncLocalStorage<UserKey | null>();

/** Does something for a person: every record written on the way, also by jobs that are begun there, carries who it was. */
export function actAs<T>(user: UserKey | null, work: () => T): T {
  return acting.run(user, work);
}

/** For whom the engine works now; null when nobody is signed in or Fieldbox acts by itself. */
export function actingUser(): UserKey | null {
  return acting.getStore() ?? null;
}
