import type { Database } from 'better-sqlite3';
import { ArchiveSettings, type Face, UserRow } from '@shared/contract/users';
import { FieldboxError } from '@shared/errors';
import type { UserKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import { statement } from '../index-writer/statements';
import { SecretHash, type SecretWay } from '../records/bodies/users';
import type { RecordType } from '../records/record';

interface Person {
  readonly row: UserRow;
  readonly secrets: Readonly<Record<SecretWay, SecretHash | null>>;
}

const READ_AGAIN: ReadonlySet<RecordType> = new Set<RecordType>([
  'user.saved',
  'user.secret',
  'user.removed',
  'archive.settings',
]);

/** When nothing else was set. */
const DEFAULTS: ArchiveSettings = { autoLockMinutes: 10, proofsWanted: 2 };

/**
 * The people of the archive, held in memory: while the index is being rebuilt its tables are empty for a while, and the door
 * must not stand open then, nor an old password fit. Read anew after each record about them.
 */
export class Directory {
  private people: ReadonlyMap<UserKey, Person> = new Map();
  private current: ArchiveSettings = DEFAULTS;

  /** Empty until `read` was called. */
  constructor(private readonly db: Database) {}

  /** To be told of everything that was written. */
  noteWritten(types: readonly RecordType[]): void {
    if (types.some((type) => READ_AGAIN.has(type))) this.read();
  }

  /** Whether anybody has to sign in. Once there were people there always are: the last superuser cannot be removed. */
  hasPeople(): boolean {
    return this.people.size > 0;
  }

  settings(): ArchiveSettings {
    return this.current;
  }

  /** Everybody, also those who were removed, by name. */
  all(): UserRow[] {
    return [...this.people.values()].map(({ row }) => row);
  }

  /** Who may sign in. */
  faces(): Face[] {
    return this.all()
      .filter((row) => row.active)
      .map(({ user, login, name, initials, colour, hasPin }) => ({ user, login, name, initials, colour, hasPin }));
  }

  find(user: UserKey): UserRow | undefined {
    return this.people.get(user)?.row;
  }

  /** Throws NOT_FOUND. */
  get(user: UserKey): UserRow {
    const row = this.find(user);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'user' });
    return row;
  }

  /** The shown name of a person; empty for nobody. */
  nameOf(user: UserKey | null): string {
    return user === null ? '' : (this.find(user)?.name ?? '');
  }

  /** The person who signs in with this name, whatever its case; removed ones have given theirs back. */
  byLogin(login: string): UserRow | undefined {
    const folded = foldText(login.trim());
    return this.all().find((row) => !row.removed && foldText(row.login) === folded);
  }

  /** What is kept of a secret of a person who may sign in; null when there is none. */
  secretOf(user: UserKey | undefined, way: SecretWay): SecretHash | null {
    const person = user === undefined ? undefined : this.people.get(user);
    return person?.row.active === true ? person.secrets[way] : null;
  }

  /** Reads what the index says. */
  read(): void {
    const rows = statement(
      this.db,
      'SELECT key AS user, login, name, role, active, removed, initials, colour, password, pin FROM user ORDER BY name, id',
    ).all() as RawUser[];
    this.people = new Map(
      rows.map(({ password, pin, ...raw }) => {
        const row = UserRow.parse({
          ...raw,
          active: raw.active === 1,
          removed: raw.removed === 1,
          hasPin: pin !== null,
        });
        return [row.user, { row, secrets: { password: secret(password), pin: secret(pin) } }];
      }),
    );
    const settings = statement(this.db, 'SELECT name, value FROM archive_setting').all() as {
      name: string;
      value: string;
    }[];
    this.current = ArchiveSettings.parse({
      ...DEFAULTS,
      ...Object.fromEntries(settings.map(({ name, value }) => [name, JSON.parse(value) as unknown])),
    });
  }
}

interface RawUser {
  readonly active: number;
  readonly removed: number;
  readonly password: string | null;
  readonly pin: string | null;
}

function secret(json: string | null): SecretHash | null {
  return json === null ? null : SecretHash.parse(JSON.parse(json));
}
