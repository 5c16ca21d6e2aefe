import type { ArchiveVerb, CoreVerb, EngineVerb, Handlers, Parsed, SessionVerb } from '@shared/contract';
import { leastRole, mayAs, whileLocked } from '@shared/contract/permissions';
import type { SessionState, UserRow } from '@shared/contract/users';
import { FieldboxError } from '@shared/errors';
import type { ImageId, PatientKey, UserKey } from '@shared/model/ids';
import { actAs } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { Journal } from '../log/journal';
import type { InTurn } from '../people/in-turn';
import type { Pictures } from '../pictures';
import type { Directory } from './directory';
import type { Gate } from './gate';

export interface CallerOptions {
  /** The way in: wrong tries over one do not slow the others. */
  readonly origin: string;
  /** Whether the session locks itself when nothing was touched for the time that is set. */
  readonly locksItself: boolean;
  readonly onChanged?: (state: SessionState) => void;
}

/** What all sessions of an engine share. */
export interface SessionParts<V extends CoreVerb> {
  readonly ctx: EngineContext;
  /** What stands behind the guard. */
  readonly core: Handlers<V>;
  readonly pictures: Pictures;
  readonly directory: Directory;
  readonly gate: Gate;
  readonly journal: Journal;
  readonly sessions: Set<Tellable>;
  readonly inTurn: InTurn;
}

/** A session as the others know it. */
export interface Tellable {
  tell(): void;
  end(): void;
}

const IDLE_CHECK_MS = 5000;

/** After these everybody's standing may be another one. */
const CHANGES_PEOPLE: ReadonlySet<EngineVerb> = new Set<EngineVerb>([
  'users.create',
  'users.update',
  'users.remove',
  'users.setPassword',
  'users.setPin',
  'archive.saveSettings',
]);

/** Verbs with which a person opens what there is of a patient. */
const SHOWS = {
  'patients.get': ({ patient }: Parsed<'patients.get'>) => ({ patient }),
  'catalog.image': ({ image }: Parsed<'catalog.image'>) => ({ image }),
  'catalog.tags': ({ image }: Parsed<'catalog.tags'>) => ({ image }),
  'catalog.stack': ({ series }: Parsed<'catalog.stack'>) => ({ series }),
} as const;

/**
 * One caller of the engine: the window, a command, a device on the network. Everything it asks goes through here, and only
 * here it is looked at: who is it, may they, and in whose name is it done. Several may stand beside one another.
 */
export class Session<V extends CoreVerb = ArchiveVerb> implements Tellable {
  /** All verbs, guarded. Each throws NOT_SIGNED_IN, SESSION_LOCKED or NOT_ALLOWED besides its own errors. */
  readonly verbs: Handlers<V | SessionVerb>;
  /** Pictures, guarded alike. */
  readonly pictures: Pictures;
  private user: UserKey | null = null;
  private locked = false;
  private touchedAt: number;
  private told = '';
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: SessionParts<V>,
    private readonly options: CallerOptions,
  ) {
    this.touchedAt = parts.ctx.now().getTime();
    // Together they are all the verbs of the one and of the other; the compiler cannot add up a type that is not chosen yet.
    this.verbs = { ...this.guarded(), ...this.own() } as unknown as Handlers<V | SessionVerb>;
    this.pictures = this.guardedPictures();
    parts.sessions.add(this);
    if (options.locksItself) {
      this.timer = setInterval(() => this.lockWhenIdle(), IDLE_CHECK_MS);
      this.timer.unref();
    }
    this.told = JSON.stringify(this.state());
  }

  /** Forgets the caller. */
  end(): void {
    clearInterval(this.timer);
    this.parts.sessions.delete(this);
  }

  /**
   * Looks whether the caller may do this now, and gives in whose name; null in an archive without people.
   * Throws NOT_SIGNED_IN, SESSION_LOCKED, NOT_ALLOWED.
   */
  require(verb: EngineVerb): UserKey | null {
    const least = leastRole[verb];
    const row = this.person();
    if (least === 'anyone' || !this.parts.directory.hasPeople()) return row?.user ?? null;
    if (!row) throw new FieldboxError('NOT_SIGNED_IN');
    this.lockWhenIdle();
    if (this.locked && !whileLocked.has(verb)) throw new FieldboxError('SESSION_LOCKED');
    if (!mayAs(row.role, least)) throw new FieldboxError('NOT_ALLOWED');
    return row.user;
  }

  /** Does something of the engine's that is no verb as this caller; it needs what `verb` needs. */
  as<T>(verb: EngineVerb, work: () => T): T {
    return actAs(this.require(verb), work);
  }

  /** How the caller stands now. */
  state(): SessionState {
    const { directory } = this.parts;
    const row = this.person();
    const access = !directory.hasPeople() ? 'open' : !row ? 'signedOut' : this.locked ? 'locked' : 'signedIn';
    return {
      access,
      user: row ?? null,
      people: directory.faces(),
      autoLockMinutes: directory.settings().autoLockMinutes,
    };
  }

  /** The signed-in person as they are now; who was put out of use or removed is signed in no more. */
  private person(): UserRow | undefined {
    const row = this.user === null ? undefined : this.parts.directory.find(this.user);
    if (row?.active === true) return row;
    this.user = null;
    this.locked = false;
    return undefined;
  }

  private guarded(): Handlers<V> {
    const { core } = this.parts;
    const guard = (verb: V) => {
      const run = this.run(verb);
      // Of two callers who both want to be the first person only one is.
      return verb === 'users.create' ? (input: unknown) => this.parts.inTurn(() => run(input)) : run;
    };
    return Object.fromEntries(Object.keys(core).map((verb) => [verb, guard(verb as V)])) as unknown as Handlers<V>;
  }

  private run(verb: V): (input: unknown) => Promise<unknown> {
    // The handler under a name takes the input of that verb; a union of functions cannot be called without saying so.
    const handler = this.parts.core[verb] as (input: unknown) => Promise<unknown>;
    return async (input) => {
      const wasOpen = !this.parts.directory.hasPeople();
      const answer = await this.as(verb, async () => {
        const found = await handler(input);
        await this.noteShown(verb, input);
        return found;
      });
      if (verb === 'users.create' && wasOpen) this.begin((answer as UserRow).user);
      if (CHANGES_PEOPLE.has(verb)) for (const session of this.parts.sessions) session.tell();
      return answer;
    };
  }

  private guardedPictures(): Pictures {
    const { pictures } = this.parts;
    const look = async <T>(image: ImageId, make: () => Promise<T>): Promise<T> => {
      const made = await make();
      await this.parts.journal.noteSeen(this.patientOf({ image }));
      return made;
    };
    return {
      // Small pictures come with every list; they say no more than the list itself.
      thumbnail: async (image, signal) => this.as('catalog.image', () => pictures.thumbnail(image, signal)),
      frame: async (image, frame, signal) =>
        this.as('catalog.image', () => look(image, () => pictures.frame(image, frame, signal))),
      document: async (image) => this.as('catalog.image', () => look(image, () => pictures.document(image))),
      render: async (image, options) =>
        this.as('catalog.image', () => look(image, () => pictures.render(image, options))),
      file: async (image) => this.as('images.saveCopy', () => look(image, () => pictures.file(image))),
    };
  }

  private own(): Handlers<SessionVerb> {
    const { gate, journal } = this.parts;
    const { origin } = this.options;
    return {
      'session.current': async () => {
        this.lockWhenIdle();
        return Promise.resolve(this.state());
      },
      'session.signIn': async ({ login, password, takeOver }) =>
        this.enter(await gate.byPassword(origin, login, password), takeOver),
      'session.switch': async ({ user, pin, takeOver }) => this.enter(await gate.byPin(origin, user, pin), takeOver),
      'session.unlock': async ({ secret }) => {
        const row = this.person();
        if (!row) throw new FieldboxError('NOT_SIGNED_IN');
        const user =
          secret.way === 'pin'
            ? await gate.byPin(origin, row.user, secret.pin)
            : await gate.byPassword(origin, row.login, secret.password);
        return this.enter(user, false);
      },
      'session.lock': async () => {
        if (this.person()) this.locked = true;
        this.tell();
        return Promise.resolve(this.state());
      },
      'session.signOut': async () => {
        const row = this.person();
        if (this.locked) throw new FieldboxError('SESSION_LOCKED'); // what the person has not saved is still there
        this.user = null;
        this.locked = false;
        this.tell();
        if (row) await journal.note('SIGNED_OUT', {}, {}, row.user);
        return this.state();
      },
      'session.touch': async () => {
        this.lockWhenIdle();
        this.touch();
        return Promise.resolve({});
      },
    };
  }

  /** Lets a person in who was found to be who they say. */
  private async enter(user: UserKey, takeOver: boolean): Promise<SessionState> {
    const before = this.person()?.user ?? null;
    const unlocked = before === user && this.locked;
    this.begin(user);
    this.tell();
    if (!unlocked) await this.parts.journal.note('SIGNED_IN', {}, {}, user);
    if (takeOver && before !== null && before !== user)
      await this.parts.journal.note('WORK_TAKEN_OVER', {}, { person: before }, user);
    return this.state();
  }

  private begin(user: UserKey): void {
    this.user = user;
    this.locked = false;
    this.touch();
  }

  private touch(): void {
    this.touchedAt = this.parts.ctx.now().getTime();
  }

  private lockWhenIdle(): void {
    const { autoLockMinutes } = this.parts.directory.settings();
    if (!this.options.locksItself || this.locked || autoLockMinutes === null || !this.person()) return;
    const idle = this.parts.ctx.now().getTime() - this.touchedAt;
    if (idle < 0) this.touch(); // the clock was set back: the time counts anew
    if (idle < autoLockMinutes * 60_000) return;
    this.locked = true;
    this.tell();
  }

  /** Tells the caller how it stands, if that is news. */
  tell(): void {
    const state = this.state();
    const text = JSON.stringify(state);
    if (text === this.told) return;
    this.told = text;
    this.options.onChanged?.(state);
  }

  private async noteShown(verb: CoreVerb, input: unknown): Promise<void> {
    if (!Object.hasOwn(SHOWS, verb)) return;
    // Each takes the input of its own verb, which the contract has checked.
    const of = SHOWS[verb as keyof typeof SHOWS] as (input: unknown) => Shown;
    await this.parts.journal.noteSeen(this.patientOf(of(input)));
  }

  private patientOf(shown: Shown): PatientKey | undefined {
    const { db } = this.parts.ctx;
    if (shown.patient !== undefined) return shown.patient;
    const found =
      shown.image === undefined
        ? statement(
            db,
            'SELECT patient.key FROM series JOIN patient ON patient.id = series.patient_id WHERE series.key = ?',
          ).get(shown.series)
        : statement(
            db,
            'SELECT patient.key FROM image JOIN patient ON patient.id = image.patient_id WHERE image.object = ?',
          ).get(shown.image);
    return (found as { key: PatientKey } | undefined)?.key;
  }
}

interface Shown {
  readonly patient?: PatientKey;
  readonly image?: ImageId;
  readonly series?: string;
}
