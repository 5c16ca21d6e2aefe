import { z } from 'zod';
import { UserKey } from '../model/ids';
import { Role } from './roles';
import { verb } from './verb';

const Nothing = z.object({});

/** The colour behind a person's initials, to find the own face on the lock screen at a glance. */
export const PersonColour = z.enum(['teal', 'blue', 'violet', 'magenta', 'red', 'amber', 'green', 'slate']);
export type PersonColour = z.infer<typeof PersonColour>;

/** The name a person signs in with: no spaces, no controls; case and accents do not matter. */
export const Login = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\s\p{C}]+$/u);
const ShownName = z.string().trim().min(1).max(64);
const Initials = z.string().trim().min(1).max(3);
/** Rules about how good a secret must be are the engine's; here only what is a text to work with. */
const Password = z.string().max(256);
const Pin = z.string().regex(/^\d{1,16}$/);

/** A person who works with the archive, without any secret. Removed ones stay, since the past keeps their names. */
export const UserRow = z.object({
  user: UserKey,
  login: z.string(),
  name: z.string(),
  role: Role,
  /** Whether the person may sign in. */
  active: z.boolean(),
  removed: z.boolean(),
  initials: z.string(),
  colour: PersonColour,
  hasPin: z.boolean(),
});
export type UserRow = z.infer<typeof UserRow>;

/** What the lock screen shows of a person. */
export const Face = UserRow.pick({ user: true, login: true, name: true, initials: true, colour: true, hasPin: true });
export type Face = z.infer<typeof Face>;

/**
 * How the caller stands. `open`: the archive has no people, nobody has to sign in. `locked`: `user` has locked it, or it
 * locked itself; only that person, or somebody who signs in over it, goes on.
 */
export const SessionState = z.object({
  access: z.enum(['open', 'signedOut', 'locked', 'signedIn']),
  user: UserRow.nullable(),
  /** Who may sign in, by name. */
  people: z.array(Face),
  autoLockMinutes: z.int().nullable(),
});
export type SessionState = z.infer<typeof SessionState>;

/** Settings of the archive (not of a machine): they go with it. */
export const ArchiveSettings = z.object({
  /** Minutes without a key or a touch after which the window locks itself; null: never. */
  autoLockMinutes: z.int().min(1).max(240).nullable(),
  /** At how many destinations an image has to be proven before it is said that it may be deleted here. */
  proofsWanted: z.int().min(1).max(9),
});
export type ArchiveSettings = z.infer<typeof ArchiveSettings>;

const SIGN_IN_ERRORS = ['WRONG_SECRET', 'SIGN_IN_WAIT'] as const;

export const userVerbs = {
  'users.list': verb(Nothing, z.object({ rows: z.array(UserRow) })),
  /** The first person of an archive becomes its superuser, whatever role was asked for. */
  'users.create': verb(
    z.object({
      login: Login,
      name: ShownName,
      role: Role,
      initials: Initials,
      colour: PersonColour,
      password: Password,
      pin: Pin.nullable(),
    }),
    UserRow,
    ['LOGIN_TAKEN', 'WEAK_PASSWORD', 'WEAK_PIN', 'NOT_ALLOWED'],
  ),
  'users.update': verb(
    z.object({
      user: UserKey,
      changes: z.object({
        login: Login,
        name: ShownName,
        role: Role,
        active: z.boolean(),
        initials: Initials,
        colour: PersonColour,
      }),
    }),
    UserRow,
    ['NOT_FOUND', 'LOGIN_TAKEN', 'LAST_SUPERUSER', 'NOT_ALLOWED'],
  ),
  /** Takes a person out for good; everything they did keeps their name. */
  'users.remove': verb(z.object({ user: UserKey }), Nothing, ['NOT_FOUND', 'LAST_SUPERUSER', 'NOT_ALLOWED']),
  /** Who changes the own password or PIN says the present password in `current`; for others it is null. */
  'users.setPassword': verb(z.object({ user: UserKey, password: Password, current: Password.nullable() }), UserRow, [
    'NOT_FOUND',
    'WEAK_PASSWORD',
    'NOT_ALLOWED',
    ...SIGN_IN_ERRORS,
  ]),
  'users.setPin': verb(z.object({ user: UserKey, pin: Pin.nullable(), current: Password.nullable() }), UserRow, [
    'NOT_FOUND',
    'WEAK_PIN',
    'NOT_ALLOWED',
    ...SIGN_IN_ERRORS,
  ]),
  'archive.settings': verb(Nothing, ArchiveSettings),
  /** Changes those that are named. */
  'archive.saveSettings': verb(ArchiveSettings.partial(), ArchiveSettings),
} as const;

/** Verbs about the caller itself: who it is, signing in and out, locking. `takeOver`: another's unsaved work is taken over, and the log says so. */
export const sessionVerbs = {
  'session.current': verb(Nothing, SessionState),
  'session.signIn': verb(
    z.object({ login: z.string().max(256), password: Password, takeOver: z.boolean().default(false) }),
    SessionState,
    SIGN_IN_ERRORS,
  ),
  /** The quick way: a person who was chosen by face, and the PIN. */
  'session.switch': verb(z.object({ user: UserKey, pin: Pin, takeOver: z.boolean().default(false) }), SessionState, [
    ...SIGN_IN_ERRORS,
    'PIN_OFF',
  ]),
  'session.lock': verb(Nothing, SessionState),
  /** Goes on as the person who locked it, by PIN or by password. */
  'session.unlock': verb(
    z.object({
      secret: z.discriminatedUnion('way', [
        z.object({ way: z.literal('password'), password: Password }),
        z.object({ way: z.literal('pin'), pin: Pin }),
      ]),
    }),
    SessionState,
    [...SIGN_IN_ERRORS, 'PIN_OFF', 'NOT_SIGNED_IN'],
  ),
  'session.signOut': verb(Nothing, SessionState),
  /** A key or a touch: the window does not lock itself yet. */
  'session.touch': verb(Nothing, Nothing),
} as const;

export const sessionEvents = {
  /** The caller's own standing changed: locked by itself, a person was added, the own role is another one. */
  'session.changed': SessionState,
} as const;
