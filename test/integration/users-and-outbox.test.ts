import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ExportSelection } from '../../shared/contract/release';
import { allImages } from '../fixtures/archive';
import { freely, outboxWithImages } from '../fixtures/outbox';
import { addPerson, codeOf, PASSWORD } from '../fixtures/people';

it('guards what stands on top of the archive alike; a request names who asked, a delivery nobody', async () => {
  const { engine, sync, folder, faults } = await outboxWithImages(2);
  await addPerson(engine, 'anna', 'superuser');
  const bob = await addPerson(engine, 'bob');
  const caller = () => engine.openSessionWith({ origin: 'desk', locksItself: true }, sync.verbs);
  const [anna, user] = [caller(), caller()];
  expect(await codeOf(anna.verbs['remotes.list']({}))).toBe('NOT_SIGNED_IN');
  await anna.verbs['session.signIn']({ login: 'anna', password: PASSWORD, takeOver: false });
  await user.verbs['session.signIn']({ login: 'bob', password: PASSWORD, takeOver: false });
  const path = join(folder, 'stick');
  mkdirSync(path);
  const wanted = { name: 'Stick', settings: { kind: 'folder' as const, path }, policy: freely, secrets: {} };
  expect(await codeOf(user.verbs['remotes.save'](wanted))).toBe('NOT_ALLOWED');
  const { remote } = await anna.verbs['remotes.save'](wanted);
  const images = (await allImages(engine)).map(({ image }) => image);
  await user.verbs['outbox.send']({
    selection: ExportSelection.parse({ images }),
    remote,
    anonymise: null,
    priority: 0,
  });
  sync.start();
  await anna.verbs['remotes.now']({ remote }); // she wakes it, and did not ask for anything
  await sync.settled();
  expect(faults).toEqual([]);
  const records = readdirSync(join(engine.context.paths.records))
    .flatMap((name) => readFileSync(join(engine.context.paths.records, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as { type: string; by: string | null });
  const by = (type: string) => new Set(records.filter((record) => record.type === type).map((record) => record.by));
  expect(by('send.requested')).toEqual(new Set([bob.user]));
  expect(by('send.delivery')).toEqual(new Set([null]));
});
