import { randomUUID } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import { mayAs } from '@shared/contract/roles';
import type { UserRow } from '@shared/contract/users';
import { FieldboxError } from '@shared/errors';
import { UserKey } from '@shared/model/ids';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { oneAfterTheOther } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import type { Directory } from './directory';
import type { Gate } from './gate';
import { hashSecret, requireStrongPassword, requireStrongPin } from './secrets';

export type UserVerb =
  | 'users.list'
  | 'users.create'
  | 'users.update'
  | 'users.remove'
  | 'users.setPassword'
  | 'users.setPin'
  | 'archive.settings'
  | 'archive.saveSettings';

/** Wrong tries at the own password while one is signed in are counted apart from those at the door. */
const OWN = 'own';

/**
 * The people of the archive. The guard (session.ts) has looked at the least role before; here stands what depends on whom it is
 * about: administrators look after users, only a superuser after administrators and superusers, everybody after the own
 * secrets. Without anybody signed in it is the system that acts (the first person, the engine itself), and it may do all.
 */
export function createUsers(ctx: EngineContext, directory: Directory, gate: Gate): Handlers<UserVerb> {
  const inTurn = oneAfterTheOther();
  const setSecret = async (
    way: 'password' | 'pin',
    user: UserKey,
    secret: string | null,
    current: string | null,
  ): Promise<UserRow> => {
    const row = living(directory, user);
    if (actingUser() === user) await gate.ownPassword(OWN, user, current ?? '');
    else requireMayChange(directory, row, row.role);
    if (secret !== null && way === 'password') requireStrongPassword(secret, [row.login, row.name]);
    if (secret !== null && way === 'pin') requireStrongPin(secret);
    await ctx.commit([await secretRecord(user, way, secret)]);
    return directory.get(user);
  };
  return {
    'users.list': async () => Promise.resolve({ rows: directory.all() }),
    'users.create': (input) => inTurn(() => create(ctx, directory, input)),
    'users.update': ({ user, changes }) =>
      inTurn(async () => {
        const before = living(directory, user);
        requireMayChange(directory, before, changes.role, changes.active);
        refuseTwin(directory, changes.login, user);
        requireSuperuserLeft(directory, before, changes.active && changes.role === 'superuser');
        await ctx.commit([{ type: 'user.saved', body: { user, ...changes } }]);
        return directory.get(user);
      }),
    'users.remove': ({ user }) =>
      inTurn(async () => {
        const row = living(directory, user);
        requireMayChange(directory, row, row.role, false);
        requireSuperuserLeft(directory, row, false);
        await ctx.commit([{ type: 'user.removed', body: { user } }]);
        return {};
      }),
    'users.setPassword': ({ user, password, current }) => inTurn(() => setSecret('password', user, password, current)),
    'users.setPin': ({ user, pin, current }) => inTurn(() => setSecret('pin', user, pin, current)),
    'archive.settings': async () => Promise.resolve(directory.settings()),
    'archive.saveSettings': (settings) =>
      inTurn(async () => {
        await ctx.commit([{ type: 'archive.settings', body: settings }]);
        return directory.settings();
      }),
  };
}

async function create(ctx: EngineContext, directory: Directory, input: Parsed<'users.create'>): Promise<UserRow> {
  const { login, name, initials, colour, password, pin } = input;
  const first = !directory.hasPeople();
  const role = first ? 'superuser' : input.role;
  requireMayGive(directory, role);
  refuseTwin(directory, login, null);
  requireStrongPassword(password, [login, name]);
  if (pin !== null) requireStrongPin(pin);
  const user = UserKey.parse(randomUUID());
  const records: NewRecord[] = [
    { type: 'user.saved', body: { user, login, name, role, active: true, initials, colour } },
    await secretRecord(user, 'password', password),
  ];
  if (pin !== null) records.push(await secretRecord(user, 'pin', pin));
  await ctx.commit(first ? records.map((record) => ({ ...record, by: user })) : records);
  return directory.get(user);
}

async function secretRecord(user: UserKey, way: 'password' | 'pin', secret: string | null): Promise<NewRecord> {
  return { type: 'user.secret', body: { user, way, secret: secret === null ? null : await hashSecret(way, secret) } };
}

/** Throws NOT_FOUND, also for who was removed. */
function living(directory: Directory, user: UserKey): UserRow {
  const row = directory.get(user);
  if (row.removed) throw new FieldboxError('NOT_FOUND', { what: 'user' });
  return row;
}

/** Throws NOT_ALLOWED unless the one who acts may have somebody be of this role. */
function requireMayGive(directory: Directory, role: UserRow['role']): void {
  const acting = actingUser();
  if (acting === null) return;
  const own = directory.get(acting).role;
  if (!mayAs(own, role === 'user' ? 'administrator' : 'superuser')) throw new FieldboxError('NOT_ALLOWED');
}

/** Throws NOT_ALLOWED unless the one who acts may change this person; the own name and face anybody may who got this far. */
function requireMayChange(directory: Directory, row: UserRow, role: UserRow['role'], active = row.active): void {
  if (actingUser() === row.user && role === row.role && active === row.active) return;
  requireMayGive(directory, row.role);
  requireMayGive(directory, role);
}

function refuseTwin(directory: Directory, login: string, except: UserKey | null): void {
  const other = directory.byLogin(login);
  if (other && other.user !== except) throw new FieldboxError('LOGIN_TAKEN');
}

/** Throws LAST_SUPERUSER when this one is to be one no more and there is no other. */
function requireSuperuserLeft(directory: Directory, row: UserRow, stays: boolean): void {
  if (stays || row.role !== 'superuser' || !row.active) return;
  const others = directory.all().filter((other) => other.role === 'superuser' && other.active);
  if (others.every((other) => other.user === row.user)) throw new FieldboxError('LAST_SUPERUSER');
}
