import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Receiver } from '../../main/archive/ingest/receiver';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { ForwardRuleKey, RemoteKey } from '../../shared/model/ids';
import type { RemoteSettings } from '../../shared/model/remotes/settings';
import { importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { watched } from '../fixtures/background';
import {
  addRule,
  folderOf,
  folderRemote,
  type ForwardingForTest,
  forwarded,
  openForwarding,
} from '../fixtures/forwarding';
import { addRemote, freely, syncForTest } from '../fixtures/outbox';

const nobody = '00000000-0000-4000-8000-000000000000';
const dimse: RemoteSettings = {
  kind: 'dimse',
  host: '127.0.0.1',
  port: 104,
  calledAETitle: 'XRAY',
  callingAETitle: 'FIELDBOX',
  tls: false,
  certificate: null,
  commitment: false,
  mayTranscode: false,
};

let set: ForwardingForTest;
beforeEach(async () => {
  set = await openForwarding(true);
});

describe('rules for forwarding', () => {
  it('refuse what leads back to where it comes from', async () => {
    const { engine, folder, sync } = set;
    const places = ['one', 'two', 'three', 'four'].map((name) => folderOf(folder, name, []));
    const [one = '', two = '', three = '', four = ''] = places;
    const watch = (name: string, path: string) => engine.verbs['watch.create'](watched(path, { name }));
    const first = await watch('one', one);
    const second = await watch('two', two);
    const to = await Promise.all([one, two, three].map((path, at) => folderRemote(set, `to ${String(at)}`, path)));
    const rule = (source: 'watch' | 'camera' | null, sourceRef: string, at: number) =>
      addRule(engine, RemoteKey.parse(to[at]), { source, sourceRef });
    const cyclic = { code: 'FORWARD_CYCLIC' };
    await expect(rule('watch', first.watch, 0)).rejects.toMatchObject(cyclic);
    await expect(rule('watch', '', 0)).rejects.toMatchObject(cyclic);
    await expect(rule(null, '', 0)).rejects.toMatchObject(cyclic);
    await rule('camera', '', 0);
    await rule('watch', first.watch, 1);
    await rule('watch', second.watch, 2);
    // Over two rules, by watching the folder at the end of the chain, and by changing where a remote lies.
    await expect(rule('watch', second.watch, 0)).rejects.toMatchObject(cyclic);
    const third = await watch('three', three);
    await expect(rule('watch', third.watch, 0)).rejects.toMatchObject(cyclic);
    const moved = { remote: RemoteKey.parse(to[2]), name: 'to 2', policy: freely, secrets: {} };
    const settings = { kind: 'folder', path: one } as const;
    await expect(sync.verbs['remotes.save']({ ...moved, settings })).rejects.toMatchObject(cyclic);
    await engine.verbs['watch.remove']({ watch: third.watch });
    await addRule(engine, await folderRemote(set, 'far', four));
    await expect(watch('four', four)).rejects.toMatchObject(cyclic);
    expect((await engine.verbs['watch.list']({})).rows.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('send nothing back to the machine it came from', async () => {
    const { engine, sync } = set;
    const unit = await addRemote(sync, 'X-ray unit', dimse);
    const from = { source: 'scp', sourceRef: 'XRAY' } as const;
    await expect(addRule(engine, unit, from)).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await addRule(engine, unit, { source: 'scp', sourceRef: 'CT' });
    const renamed = { remote: unit, name: 'X-ray unit', policy: freely, secrets: {} };
    await expect(
      sync.verbs['remotes.save']({ ...renamed, settings: { ...dimse, calledAETitle: 'CT' } }),
    ).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await addRule(engine, unit);
    await receive('XRAY', 1);
    expect((await forwarded(engine)).gathering).toEqual([]);
    await receive('MR', 2);
    expect((await forwarded(engine)).gathering).toMatchObject([
      { images: 1, sourceRef: 'MR', remoteName: 'X-ray unit' },
    ]);
  });

  it('let images go only where their arrival can be proven', async () => {
    const { engine, target } = set;
    const remote = await folderRemote(set, 'Hospital', target);
    const only = { code: 'FORWARD_ANONYMOUS_ONLY' };
    await expect(
      addRule(engine, remote, { keepImages: false, anonymise: AnonymisationWay.parse({}) }),
    ).rejects.toMatchObject(only);
    const rule = await addRule(engine, remote, { keepImages: false });
    await expect(
      engine.verbs['forward.changeRule']({ ...rule, anonymise: AnonymisationWay.parse({}) }),
    ).rejects.toMatchObject(only);
    expect((await engine.verbs['forward.rules']({})).rows).toEqual([rule]);
    // The same where nothing can be proven.
    const blind = syncForTest(await openForTest(join(temporaryFolder(), 'archive'), { proofsOf: () => [] }));
    const there = await folderRemote(blind, 'Hospital', target);
    await expect(addRule(blind.engine, there, { keepImages: false })).rejects.toMatchObject({
      code: 'FORWARD_NO_PROOF',
    });
    const kept = await addRule(blind.engine, there);
    await expect(blind.engine.verbs['forward.changeRule']({ ...kept, keepImages: false })).rejects.toMatchObject({
      code: 'FORWARD_NO_PROOF',
    });
  });

  it('refuse to contradict one another, places in the archive, and what is not there', async () => {
    const { engine, sync, target, archive, folder } = set;
    const remote = await folderRemote(set, 'Hospital', target);
    const manner = { keepImages: true, anonymise: null, priority: 0, corrections: true };
    const camera = { source: 'camera', sourceRef: '', remote, ...manner } as const;
    const rule = await engine.verbs['forward.addRule'](camera);
    expect(await engine.verbs['forward.addRule'](camera)).toEqual(rule);
    for (const other of [{ keepImages: false }, { priority: 1 }, { anonymise: AnonymisationWay.parse({}) }]) {
      await expect(addRule(engine, remote, { source: 'camera', ...other })).rejects.toMatchObject({
        code: 'FORWARD_CONFLICT',
      });
    }
    expect(await engine.verbs['forward.changeRule']({ ...rule, priority: 2 })).toEqual({ ...rule, priority: 2 });
    await expect(addRule(engine, remote, { sourceRef: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    mkdirSync(join(folder, 'ok'));
    for (const place of [join(archive, 'objects'), folder, join(archive, 'not there')]) {
      await expect(folderRemote(set, 'Inside', place)).rejects.toMatchObject({ code: 'REMOTE_IN_ARCHIVE' });
    }
    await expect(sync.verbs['remotes.remove']({ remote })).rejects.toMatchObject({ code: 'REMOTE_HAS_RULES' });
    await engine.verbs['forward.removeRule']({ rule: rule.rule });
    await sync.verbs['remotes.remove']({ remote });
    const gone = ForwardRuleKey.parse(nobody);
    for (const act of [
      addRule(engine, RemoteKey.parse(nobody)),
      addRule(engine, remote),
      engine.verbs['forward.changeRule']({ ...rule, rule: gone }),
      engine.verbs['forward.removeRule']({ rule: gone }),
    ]) {
      await expect(act).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('are listed by remote and by what is still open', async () => {
    const { engine, target, folder } = set;
    const first = await folderRemote(set, 'First', target);
    const second = await folderRemote(set, 'Second', join(folder, 'second'));
    await addRule(engine, first);
    await addRule(engine, second);
    await importInto(engine, [folderOf(folder, 'in', [1])]);
    const queue = (more: { remote?: RemoteKey; openOnly?: boolean }) =>
      engine.verbs['forward.queue']({ openOnly: false, offset: 0, limit: 10, ...more });
    expect((await queue({ remote: first })).gathering).toMatchObject([{ remoteName: 'First' }]);
    await engine.background.forwarding.once(new AbortController().signal);
    expect(await queue({ remote: first })).toMatchObject({
      total: 1,
      rows: [{ remote: first }],
      counts: { waiting: 1 },
    });
    set.sync.start();
    await expect.poll(async () => (await queue({ openOnly: true })).rows.map(({ remote }) => remote)).toEqual([second]);
    expect((await queue({})).counts).toMatchObject({ waiting: 1, proven: 1 });
  });
});

/** A machine on the cable sends one image. */
async function receive(callingAETitle: string, seed: number): Promise<void> {
  const path = join(folderOf(set.folder, callingAETitle, [seed]), String(seed));
  const sender = { source: 'scp', sourceRef: callingAETitle, label: callingAETitle } as const;
  const receiver = await Receiver.open(set.engine.context, sender, unwatched);
  await receiver.take(path, String(seed));
  await receiver.end('done');
}
