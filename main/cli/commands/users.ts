import { parseArgs } from 'node:util';
import { Role } from '@shared/contract/roles';
import { PersonColour, type UserRow } from '@shared/contract/users';
import { FieldboxError } from '@shared/errors';
import { initialsOf } from '@shared/model/initials';
import type { Engine } from '../../archive/engine';
import { secretFor } from '../secret';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = { ...commonOptions, name: { type: 'string' }, role: { type: 'string' } } as const;

/** `users list|add|role|password|remove`: the people who work with the archive. */
export async function usersCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [act = '', login = '', ...rest] = positionals;
  const wanted = { list: 0, add: 1, role: 2, password: 1, remove: 1 }[act];
  if (wanted === undefined) throw new UsageError('Say what to do: users list, add, role, password or remove.');
  if (positionals.length !== wanted + 1)
    throw new UsageError(`users ${act} takes ${String(wanted)} names; see --help.`);
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const { verbs } = engine;
    switch (act) {
      case 'add': {
        const name = values.name ?? login;
        const count = (await verbs['users.list']({})).rows.length;
        const row = await verbs['users.create']({
          login,
          name,
          role: values.role === undefined ? 'user' : roleOf(values.role),
          initials: initialsOf(name),
          colour: PersonColour.options[count % PersonColour.options.length] ?? 'teal',
          password: await newPassword(terminal),
          pin: null,
        });
        terminal.answer(row, () => `Added: ${describe(row)}`);
        break;
      }
      case 'role': {
        const { user, removed: _removed, hasPin: _hasPin, ...present } = await personNamed(engine, login);
        const row = await verbs['users.update']({ user, changes: { ...present, role: roleOf(rest[0] ?? '') } });
        terminal.answer(row, () => `Changed: ${describe(row)}`);
        break;
      }
      case 'password': {
        const { user } = await personNamed(engine, login);
        const own = terminal.person !== undefined && (await isSame(engine, terminal.person, user));
        const current = own ? await secretFor(terminal, 'FIELDBOX_PASSWORD', 'Your present password') : null;
        const row = await verbs['users.setPassword']({ user, password: await newPassword(terminal), current });
        terminal.answer(row, () => `New password set: ${describe(row)}`);
        break;
      }
      case 'remove': {
        const row = await personNamed(engine, login);
        await verbs['users.remove']({ user: row.user });
        terminal.answer({ removed: row.user }, () => `Removed: ${describe(row)}`);
        break;
      }
      default: {
        const { rows } = await verbs['users.list']({});
        terminal.answer({ rows }, () => table(rows.map((row) => [row.login, row.role, standing(row), row.name])));
      }
    }
    return 0;
  });
}

function roleOf(text: string): Role {
  const role = Role.safeParse(text);
  if (!role.success) throw new UsageError(`A role is one of ${Role.options.join(', ')}.`);
  return role.data;
}

/** Who signs in with this name. Throws NOT_FOUND. */
export async function personNamed(engine: Engine, login: string): Promise<UserRow> {
  const folded = login.trim().toLocaleLowerCase();
  const { rows } = await engine.verbs['users.list']({});
  const found = rows.find((row) => !row.removed && row.login.toLocaleLowerCase() === folded);
  if (!found) throw new FieldboxError('NOT_FOUND', { what: login });
  return found;
}

/**
 * Whose acts are meant by a name or a key: those of who signs in so now, else of who did before leaving. Throws NOT_FOUND, UsageError when
 * several did.
 */
export async function actorNamed(engine: Engine, name: string): Promise<UserRow> {
  const folded = name.trim().toLocaleLowerCase();
  const { rows } = await engine.verbs['users.list']({});
  const named = rows.filter((row) => row.user === folded || row.login.toLocaleLowerCase() === folded);
  const [found, ...others] = named.some((row) => !row.removed) ? named.filter((row) => !row.removed) : named;
  if (!found) throw new FieldboxError('NOT_FOUND', { what: name });
  if (others.length > 0)
    throw new UsageError(
      `Several people were called ${name}. Say whom by the key:\n${named.map((row) => `${row.user}  ${row.name}`).join('\n')}`,
    );
  return found;
}

async function isSame(engine: Engine, login: string, user: UserRow['user']): Promise<boolean> {
  return (await personNamed(engine, login)).user === user;
}

/** A new password; typed ones twice, since nobody sees what was typed. */
async function newPassword(terminal: Terminal): Promise<string> {
  const password = await secretFor(terminal, 'FIELDBOX_NEW_PASSWORD', 'New password');
  const again = await secretFor(terminal, 'FIELDBOX_NEW_PASSWORD', 'The same again');
  if (password !== again) throw new UsageError('These are two different passwords; nothing was changed.');
  return password;
}

function standing(row: UserRow): string {
  return row.removed ? 'removed' : row.active ? 'active' : 'inactive';
}

function describe(row: UserRow): string {
  return `${row.login} (${row.name}), ${row.role}`;
}
