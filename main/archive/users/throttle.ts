import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import { statement } from '../index-writer/statements';
import type { SecretWay } from '../records/bodies/users';

/** Whose tries are counted together: one way in, one kind of secret, one person (or name that nobody has). */
export interface Tries {
  readonly origin: string;
  readonly way: SecretWay;
  readonly who: string;
}

/**
 * Wrong tries that cost no waiting, the first wait in seconds (it doubles with each further try), and the longest. A password
 * always opens in the end: the last superuser is slowed, never shut out.
 */
const RULES = {
  password: { free: 4, first: 2, longest: 300 },
  pin: { free: 3, first: 5, longest: 900 },
} as const;

/** After so many wrong PINs in a row only the password opens. */
const MOST_PINS = 10;

/** Counts of names that nobody has are forgotten after this. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

/** Slows down guessing. The counts are in the index, so that neither a restart nor a power cut gives new tries. */
export class Throttle {
  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
  ) {}

  /** Throws SIGN_IN_WAIT while the last wrong try is too fresh, and PIN_OFF after too many wrong PINs. */
  require(tries: Tries): void {
    const known = statement(
      this.db,
      'SELECT failures, last_at AS lastAt FROM local_sign_in WHERE origin = @origin AND way = @way AND who = @who',
    ).get(tries) as { failures: number; lastAt: string } | undefined;
    if (!known) return;
    if (tries.way === 'pin' && known.failures >= MOST_PINS) throw new FieldboxError('PIN_OFF');
    const passed = this.now().getTime() - Date.parse(known.lastAt);
    const wait = waitAfter(tries.way, known.failures) * 1000;
    // A clock that was set back must not make anybody wait for years.
    const left = passed < 0 ? wait : wait - passed;
    if (passed < 0) this.write(tries, known.failures);
    if (left > 0) throw new FieldboxError('SIGN_IN_WAIT', { seconds: Math.ceil(left / 1000) });
  }

  /** Counts a try as wrong. Done before the secret is looked at: pulling the plug takes nothing back. Gives how many there are. */
  count(tries: Tries): number {
    const before = statement(
      this.db,
      'SELECT failures FROM local_sign_in WHERE origin = @origin AND way = @way AND who = @who',
    ).get(tries) as { failures: number } | undefined;
    const failures = (before?.failures ?? 0) + 1;
    this.write(tries, failures);
    const old = new Date(this.now().getTime() - FORGET_AFTER_MS).toISOString();
    // Keys of people are shorter than hashes.
    statement(this.db, 'DELETE FROM local_sign_in WHERE last_at < ? AND length(who) = 64').run(old);
    return failures;
  }

  /** The secret was right: the count begins anew; a right password also gives the PIN its tries back. */
  clear({ origin, way, who }: Tries): void {
    statement(this.db, `DELETE FROM local_sign_in WHERE origin = ? AND who = ? AND (way = ? OR ? = 'password')`).run(
      origin,
      who,
      way,
      way,
    );
  }

  private write(tries: Tries, failures: number): void {
    statement(
      this.db,
      `INSERT INTO local_sign_in (origin, way, who, failures, last_at) VALUES (@origin, @way, @who, @failures, @at)
       ON CONFLICT (origin, way, who) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at`,
    ).run({ ...tries, failures, at: this.now().toISOString() });
  }
}

/** Seconds to wait after this many wrong tries in a row. */
export function waitAfter(way: SecretWay, failures: number): number {
  const { free, first, longest } = RULES[way];
  return failures < free ? 0 : Math.min(longest, first * 2 ** (failures - free));
}
