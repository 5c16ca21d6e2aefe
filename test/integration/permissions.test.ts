import { describe, expect, it } from 'vitest';
import { coreVerbs, engineVerbs, type EngineVerb } from '../../shared/contract';
import { leastRole, mayAs, roles, whileLocked } from '../../shared/contract/permissions';
import type { Handlers } from '../../shared/contract';
import type { Session } from '../../main/archive/users';
import { createAccess } from '../../main/archive/users';
import { Directory } from '../../main/archive/users';
import { Journal } from '../../main/archive/log/journal';
import { actingUser } from '../../main/archive/actor';
import { ImageId, type UserKey } from '../../shared/model/ids';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { addPerson, codeOf, newCaller, PASSWORD, PIN } from '../fixtures/people';
import { join } from 'node:path';
import type { CoreVerb } from '../../shared/contract';

const image = ImageId.parse('a'.repeat(64));
const verbs = Object.keys(engineVerbs) as EngineVerb[];

/**
 * The real guard and real people around verbs that only write down for whom they were called: so every cell of the table is
 * tried, also of verbs that would need a whole archive to succeed.
 */
async function guarded() {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const people = {
    superuser: await addPerson(engine, 'sue', 'superuser'),
    administrator: await addPerson(engine, 'ada', 'administrator'),
    user: await addPerson(engine, 'uma', 'user'),
  };
  const { context } = engine;
  const directory = new Directory(context.db);
  directory.read();
  const calls: { verb: string; by: UserKey | null }[] = [];
  const called = (verb: string) => () => {
    calls.push({ verb, by: actingUser() });
    return Promise.resolve({});
  };
  const core = Object.fromEntries(
    Object.keys(coreVerbs).map((verb) => [verb, called(verb)]),
  ) as unknown as Handlers<CoreVerb>;
  const pictures = {
    thumbnail: called('thumbnail'),
    frame: called('frame'),
    document: called('document'),
    render: called('render'),
  } as unknown as Session['pictures'];
  const access = createAccess(context, directory, new Journal(context));
  const open = () => access.open(core, pictures, { origin: 'test', locksItself: false });
  return { people, calls, open };
}

/** Calls a verb with nothing in it: what the guard says comes before anything is looked at. */
function call(session: Session<CoreVerb>, verb: EngineVerb): Promise<string> {
  const run = session.verbs[verb] as (input: unknown) => Promise<unknown>;
  return codeOf(run({}));
}

/** Verbs about the caller itself are answered by the guard; here they are only asked whether they refuse. */
const isOwn = (verb: EngineVerb): boolean => verb.startsWith('session.');
const REFUSALS = ['NOT_SIGNED_IN', 'NOT_ALLOWED', 'SESSION_LOCKED'];

describe('who may do what', () => {
  it('has a row for every verb', () => {
    expect(Object.keys(leastRole).sort()).toEqual([...verbs].sort());
    expect(verbs.filter((verb) => leastRole[verb] === 'anyone').every(isOwn)).toBe(true);
  });

  it.each(roles)('%s: every verb is done in their name or refused, as the table says', async (role) => {
    const { people, calls, open } = await guarded();
    const session = open();
    const { login, user } = people[role];
    await session.verbs['session.signIn']({ login, password: PASSWORD, takeOver: false });
    for (const verb of verbs.filter((each) => !isOwn(each))) {
      const least = leastRole[verb];
      const may = least === 'anyone' || mayAs(role, least);
      calls.splice(0);
      expect([verb, await call(session, verb)]).toEqual([verb, may ? '' : 'NOT_ALLOWED']);
      expect(calls).toEqual(may ? [{ verb, by: user }] : []);
    }
    calls.splice(0);
    await session.pictures.thumbnail(image);
    await session.pictures.frame(image, 0);
    await session.pictures.document(image);
    await session.pictures.render(image, { frame: 0 });
    expect(calls.map(({ by }) => by)).toEqual([user, user, user, user]);
  });

  it('signed out: nothing but what is about signing in', async () => {
    const { calls, open } = await guarded();
    const session = open();
    for (const verb of verbs) {
      const code = await call(session, verb);
      if (leastRole[verb] !== 'anyone') expect([verb, code]).toEqual([verb, 'NOT_SIGNED_IN']);
      else if (verb !== 'session.unlock') expect([verb, REFUSALS.includes(code)]).toEqual([verb, false]);
    }
    expect(await codeOf(session.pictures.thumbnail(image))).toBe('NOT_SIGNED_IN');
    expect(await codeOf(session.pictures.frame(image, 0))).toBe('NOT_SIGNED_IN');
    expect(await codeOf(session.pictures.document(image))).toBe('NOT_SIGNED_IN');
    expect(await codeOf(session.pictures.render(image, { frame: 0 }))).toBe('NOT_SIGNED_IN');
    expect(calls).toEqual([]);
  });

  it('locked: only what was kept before is stored, in the name of who locked it', async () => {
    const { people, calls, open } = await guarded();
    const session = open();
    await session.verbs['session.switch']({ user: people.superuser.user, pin: PIN, takeOver: false });
    await session.verbs['session.lock']({});
    for (const verb of verbs.filter((each) => !isOwn(each))) {
      expect([verb, await call(session, verb)]).toEqual([verb, whileLocked.has(verb) ? '' : 'SESSION_LOCKED']);
    }
    expect(calls).toEqual([{ verb: 'capture.keep', by: people.superuser.user }]);
    expect(await codeOf(session.pictures.thumbnail(image))).toBe('SESSION_LOCKED');
    expect(await codeOf(session.verbs['session.signOut']({}))).toBe('SESSION_LOCKED');
  });

  it('an archive without people asks nobody', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const session = newCaller(engine);
    expect((await session.verbs['session.current']({})).access).toBe('open');
    expect((await session.verbs['archive.status']({})).counts.patients).toBe(0);
    expect(session.require('archive.rebuild')).toBeNull();
  });
});
