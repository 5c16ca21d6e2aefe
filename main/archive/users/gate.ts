import { createHash } from 'node:crypto';
import { FieldboxError } from '@shared/errors';
import type { UserKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import type { Journal } from '../log/journal';
import { type InTurn, oneAfterTheOther } from '../people/in-turn';
import type { SecretWay } from '../records/bodies/users';
import type { Directory } from './directory';
import { isSecret } from './secrets';
import type { Throttle } from './throttle';

/** Finds out whether somebody is who they say. Tries over one way in are looked at one after the other. */
export class Gate {
  private readonly turns = new Map<string, InTurn>();

  constructor(
    private readonly directory: Directory,
    private readonly throttle: Throttle,
    private readonly journal: Journal,
  ) {}

  /** The person of a name and password. Throws WRONG_SECRET, also when nobody has the name; SIGN_IN_WAIT. */
  async byPassword(origin: string, login: string, password: string): Promise<UserKey> {
    const user = this.directory.byLogin(login)?.user;
    return this.check(origin, 'password', user, user ?? nobody(login), password);
  }

  /** Throws WRONG_SECRET, SIGN_IN_WAIT, PIN_OFF. */
  async byPin(origin: string, user: UserKey, pin: string): Promise<UserKey> {
    return this.check(origin, 'pin', user, user, pin);
  }

  /** Whether a person knows the own password, as `byPassword`. */
  async ownPassword(origin: string, user: UserKey, password: string): Promise<void> {
    await this.check(origin, 'password', user, user, password);
  }

  private check(
    origin: string,
    way: SecretWay,
    user: UserKey | undefined,
    who: string,
    given: string,
  ): Promise<UserKey> {
    return this.turn(origin)(async () => {
      const tries = { origin, way, who };
      this.throttle.require(tries);
      const count = this.throttle.count(tries);
      const right = await isSecret(way, this.directory.secretOf(user, way), given);
      if (!right || user === undefined) {
        const known = user !== undefined && this.directory.find(user) !== undefined;
        await this.journal.note('SIGN_IN_FAILED', { tries: count }, known ? { person: user } : {}, null);
        throw new FieldboxError('WRONG_SECRET');
      }
      this.throttle.clear(tries);
      return user;
    });
  }

  private turn(origin: string): InTurn {
    const known = this.turns.get(origin);
    if (known) return known;
    const made = oneAfterTheOther();
    this.turns.set(origin, made);
    return made;
  }
}

/** A name that nobody has may be a password typed into the wrong field: only its hash is kept. */
function nobody(login: string): string {
  return createHash('sha256')
    .update(`nobody|${foldText(login.trim())}`)
    .digest('hex');
}
