import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PatientInput } from '../../shared/model/rows';
import type { SessionState } from '../../shared/contract/users';
import { openArchive, type Engine } from '../../main/archive/engine';
import { waitAfter } from '../../main/archive/users/throttle';
import { LogFilter } from '../../shared/contract/log';
import { FindInput } from '../../shared/contract/catalog';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { addPerson, callerFor, codeOf, newCaller, PASSWORD, personInput, PIN } from '../fixtures/people';

const WRONG = 'not the password';
const jane = PatientInput.parse({
  PatientName: 'Doe^Jane',
  PatientID: '',
  PatientSex: 'F',
  PatientBirthDate: '',
  birthDatePrecision: 'unknown',
  ageYears: 30,
  temporary: false,
  consent: 'yes',
  note: '',
});

/** An engine whose clock the test moves. */
async function withClock(folder = join(temporaryFolder(), 'archive')) {
  const clock = { at: Date.parse('2026-11-20T08:00:00Z') };
  const engine = await openArchive(folder, { holder: 'test', version: '0.0.0', now: () => new Date(clock.at) });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= engine.close());
  onTestFinished(close);
  return { engine: { ...engine, close }, folder, pass: (seconds: number) => (clock.at += seconds * 1000) };
}

const signIn = (login: string, password: string) => ({ login, password, takeOver: false });
const codes = async (engine: Engine): Promise<string[]> =>
  (await engine.verbs['log.list']({ ...LogFilter.parse({}), limit: 100 })).rows.map(({ code }) => code);

/** Everything that the records say, as text. */
function recordsOf(folder: string): string {
  return readdirSync(join(folder, 'records'))
    .map((name) => readFileSync(join(folder, 'records', name), 'utf8'))
    .join('');
}

/** All that the index says of people and who did what. */
function usersIn({ context }: Engine): unknown {
  return ['user', 'archive_setting', 'log'].map((table) =>
    context.db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all(),
  );
}

describe('the first person', () => {
  it('becomes superuser and is signed in at once; from then on everybody has to sign in', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [desk, other] = [newCaller(engine), newCaller(engine, 'hub')];
    await desk.verbs['patients.register'](jane);
    const row = await desk.verbs['users.create']({ ...personInput('anna'), pin: PIN });
    expect(row).toMatchObject({ role: 'superuser', active: true, hasPin: true, login: 'anna' });
    expect(await desk.verbs['session.current']({})).toMatchObject({ access: 'signedIn', user: { user: row.user } });
    expect(await codeOf(other.verbs['patients.register'](jane))).toBe('NOT_SIGNED_IN');
    expect((await other.verbs['session.current']({})).access).toBe('signedOut');
  });

  it('is one only, also when two ask together', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [desk, hub] = [newCaller(engine), newCaller(engine, 'hub')];
    const answers = await Promise.all([
      codeOf(desk.verbs['users.create']({ ...personInput('anna'), pin: PIN })),
      codeOf(hub.verbs['users.create']({ ...personInput('bob'), pin: PIN })),
    ]);
    expect(answers).toEqual(['', 'NOT_SIGNED_IN']);
  });
});

describe('people', () => {
  it('are created, changed, removed; names they sign in with are unlike; weak secrets are refused', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const { verbs } = engine;
    const anna = await addPerson(engine, 'anna');
    const bob = await addPerson(engine, 'bob');
    expect(await codeOf(addPerson(engine, 'ANNA'))).toBe('LOGIN_TAKEN');
    const create = (changes: Partial<{ login: string; password: string; pin: string | null }>) =>
      codeOf(verbs['users.create']({ ...personInput('cleo'), pin: null, ...changes }));
    expect(await create({ password: 'short' })).toBe('WEAK_PASSWORD');
    expect(await create({ password: 'aaaaaaaaaa' })).toBe('WEAK_PASSWORD');
    expect(await create({ password: 'Cleo Smith' })).toBe('WEAK_PASSWORD');
    for (const pin of ['123', '1234', '9876', '0000', '123456789']) expect(await create({ pin })).toBe('WEAK_PIN');
    expect((await verbs['users.list']({})).rows.map(({ login }) => login)).toEqual(['anna', 'bob']);
    const { user: _, removed: __, hasPin: ___, ...changes } = bob;
    expect(await codeOf(verbs['users.update']({ user: bob.user, changes: { ...changes, login: 'Anna' } }))).toBe(
      'LOGIN_TAKEN',
    );
    const renamed = await verbs['users.update']({ user: bob.user, changes: { ...changes, name: 'Bob Jones' } });
    expect(renamed.name).toBe('Bob Jones');
    await verbs['users.remove']({ user: bob.user });
    expect((await verbs['users.list']({})).rows.find(({ user }) => user === bob.user)).toMatchObject({
      removed: true,
      active: false,
      name: 'Bob Jones',
      hasPin: false,
    });
    expect(await codeOf(verbs['users.remove']({ user: bob.user }))).toBe('NOT_FOUND');
    expect((await addPerson(engine, 'bob')).user).not.toBe(bob.user); // the name is free again
    expect(anna.role).toBe('superuser');
  });

  it('administrators look after users, a superuser after administrators; the last superuser stays', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const sue = await addPerson(engine, 'sue');
    const ada = await addPerson(engine, 'ada', 'administrator');
    const uma = await addPerson(engine, 'uma');
    const admin = await callerFor(engine, 'ada');
    const input = (login: string, role: 'user' | 'administrator' | 'superuser') => ({
      ...personInput(login, role),
      pin: PIN,
    });
    expect(await codeOf(admin.verbs['users.create'](input('new', 'administrator')))).toBe('NOT_ALLOWED');
    expect(await codeOf(admin.verbs['users.create'](input('new', 'user')))).toBe('');
    const changesOf = ({ login, name, role, active, initials, colour }: typeof uma) => ({
      login,
      name,
      role,
      active,
      initials,
      colour,
    });
    expect(
      await codeOf(admin.verbs['users.update']({ user: uma.user, changes: { ...changesOf(uma), role: 'superuser' } })),
    ).toBe('NOT_ALLOWED');
    expect(
      await codeOf(admin.verbs['users.update']({ user: ada.user, changes: { ...changesOf(ada), role: 'superuser' } })),
    ).toBe('NOT_ALLOWED');
    expect(
      await codeOf(admin.verbs['users.update']({ user: ada.user, changes: { ...changesOf(ada), name: 'Ada' } })),
    ).toBe('');
    expect(await codeOf(admin.verbs['users.remove']({ user: sue.user }))).toBe('NOT_ALLOWED');
    expect(
      await codeOf(admin.verbs['users.setPassword']({ user: sue.user, password: 'another one', current: null })),
    ).toBe('NOT_ALLOWED');
    expect(
      await codeOf(admin.verbs['users.setPassword']({ user: uma.user, password: 'another one', current: null })),
    ).toBe('');

    const user = newCaller(engine);
    await user.verbs['session.signIn'](signIn('uma', 'another one'));
    expect(await codeOf(user.verbs['users.setPin']({ user: ada.user, pin: null, current: null }))).toBe('NOT_ALLOWED');

    const superuser = await callerFor(engine, 'sue');
    const demoted = { ...changesOf(sue), role: 'user' as const };
    expect(await codeOf(superuser.verbs['users.update']({ user: sue.user, changes: demoted }))).toBe('LAST_SUPERUSER');
    expect(
      await codeOf(superuser.verbs['users.update']({ user: sue.user, changes: { ...changesOf(sue), active: false } })),
    ).toBe('LAST_SUPERUSER');
    expect(await codeOf(superuser.verbs['users.remove']({ user: sue.user }))).toBe('LAST_SUPERUSER');
    await superuser.verbs['users.update']({ user: ada.user, changes: { ...changesOf(ada), role: 'superuser' } });
    await superuser.verbs['users.remove']({ user: sue.user });
    expect(await codeOf(superuser.verbs['archive.status']({}))).toBe('NOT_SIGNED_IN'); // at once
  });

  it('change the own password and PIN with the present password only', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const { user } = await addPerson(engine, 'anna');
    const anna = await callerFor(engine, 'anna');
    const password = 'a new one for me';
    expect(await codeOf(anna.verbs['users.setPassword']({ user, password, current: WRONG }))).toBe('WRONG_SECRET');
    expect(await codeOf(anna.verbs['users.setPassword']({ user, password, current: null }))).toBe('WRONG_SECRET');
    await anna.verbs['users.setPassword']({ user, password, current: PASSWORD });
    expect((await anna.verbs['users.setPin']({ user, pin: null, current: password })).hasPin).toBe(false);
    expect(await codeOf(anna.verbs['session.switch']({ user, pin: PIN, takeOver: false }))).toBe('WRONG_SECRET');
    await anna.verbs['users.setPin']({ user, pin: '7391', current: password });
    expect((await anna.verbs['session.switch']({ user, pin: '7391', takeOver: false })).access).toBe('signedIn');
    expect(await codeOf(newCaller(engine).verbs['session.signIn'](signIn('anna', PASSWORD)))).toBe('WRONG_SECRET');
  });

  it('leave only hashes in the records, each with its own salt, and come back with a rebuild', async () => {
    const folder = join(temporaryFolder(), 'archive');
    const first = await openForTest(folder);
    const anna = await addPerson(first, 'anna');
    await addPerson(first, 'bob', 'administrator');
    const gone = await addPerson(first, 'gone');
    await first.verbs['users.remove']({ user: gone.user });
    await first.verbs['users.setPin']({ user: anna.user, pin: null, current: null });
    await first.verbs['archive.saveSettings']({ autoLockMinutes: 3 });
    const caller = await callerFor(first, 'bob');
    await caller.verbs['patients.register'](jane);
    const before = usersIn(first);
    const { job } = await first.verbs['archive.rebuild']({});
    await first.context.jobs.settled(job);
    expect(usersIn(first)).toEqual(before);
    expect(await caller.verbs['archive.settings']({})).toEqual({ autoLockMinutes: 3, proofsWanted: 2 });
    await first.close();
    const text = recordsOf(folder);
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(`"${PIN}"`);
    const hashes = [...text.matchAll(/"hash":"([^"]+)"/g)].map(([, hash]) => hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const file of ['index.sqlite', 'index.sqlite-wal', 'index.sqlite-shm'])
      rmSync(join(folder, file), { force: true });
    const second = await openForTest(folder);
    expect(usersIn(second)).toEqual(before);
    expect((await callerFor(second, 'bob')).state().access).toBe('signedIn');
  });

  it('keep the door shut while the index is being rebuilt', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    await addPerson(engine, 'anna');
    const stranger = newCaller(engine);
    const anna = await callerFor(engine, 'anna');
    const { job } = await anna.verbs['archive.rebuild']({});
    engine.context.db.exec('DELETE FROM user'); // as the index is in the middle of it
    expect(await codeOf(stranger.verbs['archive.status']({}))).toBe('NOT_SIGNED_IN');
    expect(await codeOf(anna.verbs['archive.status']({}))).toBe('');
    await engine.context.jobs.settled(job);
  });
});

describe('signing in', () => {
  it('by password in any case of the name, by PIN, and out; unlike callers do not touch one another', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await addPerson(engine, 'anna');
    const bob = await addPerson(engine, 'bob');
    const desk = newCaller(engine);
    const states: SessionState[] = [];
    const hub = engine.openSession({ origin: 'hub', locksItself: false, onChanged: (state) => states.push(state) });
    expect((await desk.verbs['session.signIn'](signIn(' Anna ', PASSWORD))).user?.user).toBe(anna.user);
    expect((await hub.verbs['session.switch']({ user: bob.user, pin: PIN, takeOver: false })).user?.user).toBe(
      bob.user,
    );
    expect((await desk.verbs['session.current']({})).user?.user).toBe(anna.user);
    expect((await desk.verbs['session.signOut']({})).access).toBe('signedOut');
    expect((await hub.verbs['session.current']({})).access).toBe('signedIn');
    expect(states.map(({ access }) => access)).toEqual(['signedIn']);
    expect(await codeOf(desk.verbs['session.unlock']({ secret: { way: 'pin', pin: PIN } }))).toBe('NOT_SIGNED_IN');
    expect(await codes(engine)).toEqual(expect.arrayContaining(['SIGNED_IN', 'SIGNED_OUT']));
  });

  it('says the same in about the same time for a wrong password and for a name nobody has', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    await addPerson(engine, 'anna');
    const time = async (login: string): Promise<number> => {
      const started = performance.now();
      expect(await codeOf(newCaller(engine).verbs['session.signIn'](signIn(login, WRONG)))).toBe('WRONG_SECRET');
      return performance.now() - started;
    };
    await time('warm-up');
    // The quickest of some: what else the machine does meanwhile only adds to it.
    let [known, unknown] = [Infinity, Infinity];
    for (let tries = 0; tries < 3; tries += 1) {
      known = Math.min(known, await time('anna'));
      unknown = Math.min(unknown, await time('nobody'));
    }
    // Without the work of the hash an answer takes about a hundredth of it.
    expect(unknown).toBeGreaterThan(known / 4);
    expect(known).toBeGreaterThan(unknown / 4);
  });

  it('gets slower with wrong tries, also over a restart and for unknown names, and the right one clears it', async () => {
    const first = await withClock();
    await addPerson(first.engine, 'anna');
    const tryIt = (engine: Engine, login: string, password = WRONG) =>
      codeOf(newCaller(engine).verbs['session.signIn'](signIn(login, password)));
    for (let n = 0; n < 4; n += 1) {
      expect(await tryIt(first.engine, 'anna')).toBe('WRONG_SECRET');
      expect(await tryIt(first.engine, 'ghost')).toBe('WRONG_SECRET');
    }
    expect(await tryIt(first.engine, 'anna', PASSWORD)).toBe('SIGN_IN_WAIT');
    expect(await tryIt(first.engine, 'ghost')).toBe('SIGN_IN_WAIT');
    await first.engine.close();
    const second = await withClock(first.folder);
    expect(await tryIt(second.engine, 'anna', PASSWORD)).toBe('SIGN_IN_WAIT');
    expect(await codeOf(newCaller(second.engine, 'hub').verbs['session.signIn'](signIn('anna', PASSWORD)))).toBe('');
    second.pass(3);
    expect(await tryIt(second.engine, 'anna', PASSWORD)).toBe('');
    expect(await tryIt(second.engine, 'anna')).toBe('WRONG_SECRET');
    expect(await tryIt(second.engine, 'anna', PASSWORD)).toBe('');
    expect(await codes(second.engine)).toEqual(expect.arrayContaining(['SIGN_IN_FAILED']));
  });

  it('never shuts anybody out for good; a clock set back does not either', async () => {
    expect([4, 5, 8, 50].map((n) => waitAfter('password', n))).toEqual([2, 4, 32, 300]);
    expect([2, 3, 6, 50].map((n) => waitAfter('pin', n))).toEqual([0, 5, 40, 900]);
    const { engine, pass } = await withClock();
    await addPerson(engine, 'anna');
    const desk = newCaller(engine);
    for (let n = 0; n < 7; n += 1) {
      await codeOf(desk.verbs['session.signIn'](signIn('anna', WRONG)));
      pass(300);
    }
    await codeOf(desk.verbs['session.signIn'](signIn('anna', WRONG)));
    pass(-365 * 24 * 3600);
    expect(await codeOf(desk.verbs['session.signIn'](signIn('anna', PASSWORD)))).toBe('SIGN_IN_WAIT');
    pass(300);
    expect(await codeOf(desk.verbs['session.signIn'](signIn('anna', PASSWORD)))).toBe('');
  });

  it('turns a PIN off after ten wrong ones until the password was right', async () => {
    const { engine, pass } = await withClock();
    const { user } = await addPerson(engine, 'anna');
    const desk = newCaller(engine);
    const byPin = (pin: string) => codeOf(desk.verbs['session.switch']({ user, pin, takeOver: false }));
    for (let n = 0; n < 10; n += 1) {
      expect(await byPin('1111')).toBe('WRONG_SECRET');
      pass(900);
    }
    expect(await byPin(PIN)).toBe('PIN_OFF');
    await desk.verbs['session.signIn'](signIn('anna', PASSWORD));
    expect(await byPin(PIN)).toBe('');
  });
});

describe('locking', () => {
  it('by hand and by itself; the same person goes on, another one may come in, and says so when work is taken over', async () => {
    const { engine, pass } = await withClock();
    const anna = await addPerson(engine, 'anna');
    const bob = await addPerson(engine, 'bob');
    await engine.verbs['archive.saveSettings']({ autoLockMinutes: 5 });
    const desk = await callerFor(engine, 'anna');
    expect((await desk.verbs['session.lock']({})).access).toBe('locked');
    expect(await codeOf(desk.verbs['session.unlock']({ secret: { way: 'pin', pin: '1111' } }))).toBe('WRONG_SECRET');
    expect((await desk.verbs['session.unlock']({ secret: { way: 'password', password: PASSWORD } })).access).toBe(
      'signedIn',
    );
    pass(299);
    await desk.verbs['session.touch']({});
    pass(299);
    expect((await desk.verbs['session.current']({})).access).toBe('signedIn');
    pass(1);
    expect(await codeOf(desk.verbs['archive.status']({}))).toBe('SESSION_LOCKED');
    await desk.verbs['session.touch']({}); // a touch does not open it
    expect((await desk.verbs['session.current']({})).access).toBe('locked');
    const state = await desk.verbs['session.switch']({ user: bob.user, pin: PIN, takeOver: true });
    expect(state).toMatchObject({ access: 'signedIn', user: { user: bob.user } });
    const { rows } = await engine.verbs['log.list']({ ...LogFilter.parse({}), limit: 1 });
    expect(rows).toMatchObject([{ code: 'WORK_TAKEN_OVER', by: bob.user, person: anna.user, personName: anna.name }]);
  });

  it('lets what runs go on in the name of who began it', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await addPerson(engine, 'anna');
    await addPerson(engine, 'bob');
    const desk = await callerFor(engine, 'anna');
    const source = temporaryFolder();
    const { writeFileSync } = await import('node:fs');
    for (let n = 0; n < 3; n += 1)
      writeFileSync(join(source, `${String(n)}.jpg`), await jpegOf(cornerSamples(64 + n, 48)));
    const nobody = { patient: null, clinic: null, station: null, kind: null };
    const { job } = await desk.verbs['import.start']({ paths: [source], context: nobody });
    await desk.verbs['session.lock']({});
    await desk.verbs['session.signIn'](signIn('bob', PASSWORD));
    await engine.context.jobs.settled(job);
    const all = FindInput.omit({ level: true }).parse({});
    const { rows } = await engine.verbs['catalog.images'](all);
    expect(rows.map(({ storedBy }) => storedBy)).toEqual([anna.user, anna.user, anna.user]);
    expect((await engine.verbs['catalog.images']({ ...all, storedBy: anna.user })).total).toBe(3);
    const other = (await engine.verbs['users.list']({})).rows.find(({ login }) => login === 'bob');
    expect((await engine.verbs['catalog.images']({ ...all, ...(other && { storedBy: other.user }) })).total).toBe(0);
  });
});
