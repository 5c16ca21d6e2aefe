import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AttachmentCase, AttachmentQuery, attachmentVerbs } from '../../shared/contract/attachments';
import { FindInput } from '../../shared/contract/catalog';
import { peopleVerbs } from '../../shared/contract/people';
import { ExportSelection } from '../../shared/contract/release';
import { syncVerbs } from '../../shared/contract/sync';
import type { AttachmentKey, RemoteKey } from '../../shared/model/ids';
import type { RemoteSettings } from '../../shared/model/remotes/settings';
import { AttachmentsServer } from '../fixtures/attachments-server';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { instanceBytes } from '../fixtures/instances';
import { addRemote, sendAll, statesOf, syncForTest } from '../fixtures/outbox';
import { attachmentsSecrets, attachmentsSettings, withOurPatients } from './remotes/clinic-kinds';

const WAIT = { timeout: 30_000, interval: 50 };

/** An archive with one study of a patient whom the practice system knows, and a clinic. */
async function clinic() {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  const file = join(folder, 'image.dcm');
  writeFileSync(file, instanceBytes({ seed: 1 }));
  await importInto(engine, [file]);
  const [study] = (await engine.verbs['catalog.studies'](FindInput.omit({ level: true }).parse({}))).rows;
  if (!study) throw new Error('There is a study.');
  const outbox = syncForTest(engine);
  outbox.sync.start();
  const attach = async (name: string, cases: readonly AttachmentCase[]): Promise<AttachmentKey> => {
    writeFileSync(join(folder, name), `content of ${name}`);
    const input = { patient: study.patient, file: { path: join(folder, name) }, cases };
    return (await engine.verbs['attachments.add'](attachmentVerbs['attachments.add'].input.parse(input))).row
      .attachment;
  };
  const send = async (remote: RemoteKey, attachments: readonly AttachmentKey[]): Promise<void> => {
    const input = { selection: ExportSelection.parse({}), anonymise: null, remote, attachments };
    const { transaction } = await outbox.sync.verbs['outbox.send'](syncVerbs['outbox.send'].input.parse(input));
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: attachments.length });
  };
  return { ...outbox, folder, study: { kind: 'study', study: study.study } as const, attach, send };
}

async function practice(more: Partial<Extract<RemoteSettings, { kind: 'attachments' }>> = { intoCases: true }) {
  const server = withOurPatients(await AttachmentsServer.start());
  return { server, settings: attachmentsSettings(server, more), secrets: attachmentsSecrets(server) };
}

const recordsIn = ({ cases }: AttachmentsServer): readonly (readonly string[])[] =>
  [...cases.values()].map(({ patient_attachment_ids }) => patient_attachment_ids);

describe('files of a study or a visit', () => {
  it('join one case of the patient there, which is made once and keeps what others have put into it', async () => {
    const { server, settings, secrets } = await practice();
    const here = await clinic();
    const remote = await addRemote(here.sync, 'practice', settings, secrets);
    await here.send(remote, [await here.attach('letter.txt', [here.study]), await here.attach('loose.txt', [])]);
    const [made] = server.cases.values();
    expect(made).toMatchObject({ issue_date: '2026-11-20' });
    expect(made?.name).toMatch(/^2026-11-20.* \[fb:[0-9a-f]{12}\]$/);
    expect(server.kept()).toHaveLength(2);
    expect(recordsIn(server)).toMatchObject([[expect.any(String)]]);

    const theirs = server.addAttachment(made?.patient_id ?? '', 'theirs.pdf', Buffer.from('theirs'));
    if (made) made.patient_attachment_ids = [...made.patient_attachment_ids, theirs];
    await here.send(remote, [await here.attach('second.txt', [here.study])]);
    expect(recordsIn(server)).toMatchObject([{ length: 3 }]);
    expect(recordsIn(server)[0]).toContain(theirs);
    expect(here.faults).toEqual([]);
  });

  it('join the case that another laptop has made of the same study', async () => {
    const { server, settings, secrets } = await practice();
    for (const name of ['a.txt', 'b.txt']) {
      const laptop = await clinic();
      await laptop.send(await addRemote(laptop.sync, 'practice', settings, secrets), [
        await laptop.attach(name, [laptop.study]),
      ]);
    }
    expect(recordsIn(server)).toMatchObject([{ length: 2 }]);
  });

  it('join a case for each visit, named by the clinic', async () => {
    const { server, settings, secrets } = await practice();
    const here = await clinic();
    const { clinic: held } = await here.engine.verbs['clinics.create'](
      peopleVerbs['clinics.create'].input.parse({
        name: 'Naivasha',
        place: '',
        firstDay: '20261119',
        lastDay: '20261121',
      }),
    );
    const visit = { kind: 'visit', clinic: held } as const;
    const remote = await addRemote(here.sync, 'practice', settings, secrets);
    await here.send(remote, [await here.attach('letter.txt', [here.study, visit])]);
    expect([...server.cases.values()].map(({ name }) => name.slice(0, 20).trim())).toMatchObject([
      expect.stringMatching(/^2026-11-20/),
      '2026-11-19 Naivasha',
    ]);
    expect(recordsIn(server)).toMatchObject([{ length: 1 }, { length: 1 }]);
  });

  it('are with the patient all the same where no case may be made, and no case is made unless a person wants it', async () => {
    const refusing = await practice();
    refusing.server.letsCases = false;
    const unasked = await practice({});
    for (const { server, settings, secrets } of [refusing, unasked]) {
      const here = await clinic();
      await here.send(await addRemote(here.sync, 'practice', settings, secrets), [
        await here.attach('letter.txt', [here.study]),
      ]);
      expect(server.cases.size).toBe(0);
      expect(server.kept()).toHaveLength(1);
      expect(here.faults).toEqual([]);
    }
  });

  it('are pinned here when they are pinned there', async () => {
    const { server, settings, secrets } = await practice({});
    const here = await clinic();
    const remote = await addRemote(here.sync, 'practice', settings, secrets);
    const transaction = await sendAll(here, remote);
    await expect.poll(() => statesOf(here.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const patient = server.kept()[0]?.patient ?? '';
    server.addAttachment(patient, 'first.pdf', Buffer.from('first'), { pinned_at: '2026-03-01T09:00:00Z' });
    server.addAttachment(patient, 'other.pdf', Buffer.from('other'));
    const { job } = await here.sync.verbs['remotes.fetch']({ remote, what: 'files' });
    await here.engine.context.jobs.settled(job);
    const { rows } = await here.engine.verbs['attachments.list'](AttachmentQuery.parse({}));
    expect(new Map(rows.map(({ name, pinnedAt }) => [name, pinnedAt !== null]))).toEqual(
      new Map([
        ['first.pdf', true],
        ['other.pdf', false],
      ]),
    );
  });
});
