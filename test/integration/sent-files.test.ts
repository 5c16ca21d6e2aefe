import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../shared/contract';
import { type AttachmentRow, AttachmentQuery, attachmentVerbs } from '../../shared/contract/attachments';
import { ExportSelection } from '../../shared/contract/release';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import type { AttachmentKey, PatientKey, RemoteKey } from '../../shared/model/ids';
import { PatientInput } from '../../shared/model/rows';
import { syncVerbs } from '../../shared/contract/sync';
import { AttachmentsServer } from '../fixtures/attachments-server';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { expectSound, register, take } from '../fixtures/identity';
import { addRemote, itemsOf, type OutboxForTest, outboxWithImages, statesOf, syncForTest } from '../fixtures/outbox';
import { codeOf } from '../fixtures/people';
import { pdfBytes } from '../fixtures/photo-bytes';
import { attachmentsSecrets, attachmentsSettings } from './remotes/clinic-kinds';
import { restSettings } from './remotes/kinds';

const WAIT = { timeout: 30_000, interval: 50 };
const nothing = ExportSelection.parse({});

interface Clinic extends OutboxForTest {
  readonly folder: string;
  readonly patient: PatientKey;
  attach(
    name: string,
    content: Uint8Array | string,
    more?: { description?: string; pinned?: boolean },
  ): Promise<AttachmentRow>;
}

/** An archive with one registered patient, Reyes^Ana A-1. */
async function clinic(): Promise<Clinic> {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  const { patient } = await register(engine, 'Reyes^Ana', { PatientID: 'A-1', PatientBirthDate: '20150304' });
  return {
    ...syncForTest(engine),
    folder,
    patient,
    attach: async (name, content, more = {}) => {
      writeFileSync(join(folder, name), content);
      const input = { patient, file: { path: join(folder, name) }, ...more };
      return (await engine.verbs['attachments.add'](attachmentVerbs['attachments.add'].input.parse(input))).row;
    },
  };
}

function send(
  { sync }: OutboxForTest,
  remote: RemoteKey,
  attachments: readonly AttachmentKey[],
  more: Partial<Parsed<'outbox.send'>> = {},
) {
  const input = { selection: nothing, anonymise: null, remote, attachments, ...more };
  return sync.verbs['outbox.send'](syncVerbs['outbox.send'].input.parse(input));
}

const anonymous = AnonymisationWay.parse({});

/** The patient as the practice system knows her, by our number. */
const ANA_THERE = {
  first_name: 'Ana',
  last_name: 'Reyes',
  date_of_birth: '2015-03-04',
  old_reference_id: 'A-1',
};

describe('files that are attached to patients', () => {
  it('stay here when they are not what was attached any more', async () => {
    const there = await clinic();
    const path = temporaryFolder();
    const remote = await addRemote(there.sync, 'Share', { kind: 'folder', path });
    const { attachment, sha256 } = await there.attach('letter.pdf', pdfBytes());
    writeFileSync(there.engine.context.objects.path(sha256), 'worn');
    const { transaction } = await send(there, remote, [attachment]);
    there.sync.start();
    await expect.poll(() => statesOf(there.sync, transaction), WAIT).toMatchObject({ refused: 1 });
    const [item] = await itemsOf(there.sync, transaction);
    expect(item?.fault).toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect(readdirSync(path)).toEqual([]);
  });

  it('go to a practice system byte for byte, once, with name, type and description, and are proven', async () => {
    const server = await AttachmentsServer.start();
    const there = server.addPatient(ANA_THERE);
    const here = await clinic();
    const { engine, sync } = here;
    const remote = await addRemote(sync, 'practice', attachmentsSettings(server), attachmentsSecrets(server));
    const letter = await here.attach('Überweisung an ENT.pdf', pdfBytes(), {
      description: 'Letter for ENT',
      pinned: true,
    });
    const note = await here.attach('note', 'left ear', { description: 'x'.repeat(255) });
    const put = await here.attach('old.txt', 'old');
    await engine.verbs['attachments.archive']({ attachment: put.attachment });
    await take(engine, [{ seed: 1, PatientID: 'A-1', PatientName: 'Reyes^Ana' }]);
    const selection = ExportSelection.parse({ patients: [here.patient] });
    const attachments = [letter.attachment, note.attachment, put.attachment];
    expect(await sync.verbs['outbox.preview']({ selection, attachments, remote, anonymise: null })).toMatchObject({
      patients: 1,
      images: 1,
      files: 2,
      filesRefused: null,
      leftOutFiles: [{ attachment: put.attachment, code: 'SEND_FILE_AWAY' }],
      alreadyThere: 0,
    });
    const sent = await send(here, remote, attachments, { selection });
    expect(sent).toMatchObject({ images: 1, files: 2, leftOutFiles: [{ code: 'SEND_FILE_AWAY' }] });
    // What is asked for is in the records before anything leaves.
    await expectSound(engine);
    sync.start();
    await expect.poll(() => statesOf(sync, sent.transaction), WAIT).toMatchObject({ proven: 3 });
    expect(await sync.verbs['outbox.transaction']({ transaction: sent.transaction })).toMatchObject({
      total: 3,
      files: 2,
    });
    const kept = server.kept().filter(({ filename }) => filename?.endsWith('.dcm') === false);
    expect(kept.map(({ patient }) => patient)).toEqual([there, there, there]);
    const byName = (start: string) => kept.find(({ filename }) => filename?.startsWith(start) === true);
    const ofLetter = byName('U-berweisung-an-ENT_');
    expect(ofLetter?.filename).toBe(`U-berweisung-an-ENT_${letter.sha256.slice(0, 12)}.pdf`);
    expect(ofLetter?.bytes?.equals(Buffer.from(pdfBytes()))).toBe(true);
    expect(ofLetter?.description).toBe(`Letter for ENT [fb:${letter.sha256.slice(0, 12)}]`);
    const ofNote = byName('note_');
    expect(ofNote?.filename).toBe(`note_${note.sha256.slice(0, 12)}.bin`);
    expect(Array.from(ofNote?.description ?? '')).toHaveLength(255);
    expect(ofNote?.description.endsWith(`… [fb:${note.sha256.slice(0, 12)}]`)).toBe(true);

    const items = await itemsOf(sync, sent.transaction);
    expect(items.map(({ file, patient, proof }) => [file?.name ?? null, patient, proof?.kind])).toEqual([
      [null, here.patient, 'listing'],
      [letter.name, here.patient, 'listing'],
      [note.name, here.patient, 'listing'],
    ]);
    const { csv } = await sync.verbs['ledger.csv']({ states: [] });
    expect(csv).toContain(`,${letter.name},A-1,`);
    // Sent again it is found there and stays one.
    const again = await send(here, remote, [letter.attachment]);
    await expect.poll(() => statesOf(sync, again.transaction), WAIT).toMatchObject({ proven: 1 });
    expect(server.kept()).toHaveLength(3);
    expect(
      await sync.verbs['outbox.preview']({
        selection: nothing,
        attachments: [letter.attachment],
        remote,
        anonymise: null,
      }),
    ).toMatchObject({ alreadyThere: 1 });
    expect(here.faults).toEqual([]);
    await expectSound(engine);
  });

  it('wait for a person who says whose they are there', async () => {
    const server = await AttachmentsServer.start();
    const there = server.addPatient({
      first_name: 'Ana',
      last_name: 'Reyes',
      date_of_birth: '2015-03-04',
      old_reference_id: null,
    });
    const here = await clinic();
    const { sync } = here;
    const remote = await addRemote(sync, 'practice', attachmentsSettings(server), attachmentsSecrets(server));
    const { attachment } = await here.attach('audiogram.pdf', pdfBytes());
    sync.start();
    const { transaction } = await send(here, remote, [attachment]);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ parked: 1 });
    const { rows } = await sync.verbs['matching.list']({ decided: false, limit: 10, offset: 0 });
    expect(rows).toMatchObject([{ patient: here.patient, images: 1, candidates: [{ id: there }] }]);
    expect(
      await sync.verbs['matching.decide']({ remote, patient: here.patient, choice: 'this', remotePatient: there }),
    ).toEqual({ items: 1 });
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect(server.kept().map(({ description }) => description.startsWith('audiogram.pdf ['))).toEqual([true]);
  });

  it('that came from there are not put there once more', async () => {
    const server = await AttachmentsServer.start();
    const there = server.addPatient(ANA_THERE);
    const here = await clinic();
    const { sync, engine } = here;
    const remote = await addRemote(sync, 'practice', attachmentsSettings(server), attachmentsSecrets(server));
    server.addAttachment(there, 'report.pdf', Buffer.from(pdfBytes()));
    sync.start();
    const known = await here.attach('first.txt', 'first');
    const first = await send(here, remote, [known.attachment]);
    await expect.poll(() => statesOf(sync, first.transaction), WAIT).toMatchObject({ proven: 1 });
    const { job } = await sync.verbs['remotes.fetch']({ remote, what: 'files' });
    await engine.context.jobs.settled(job);
    const { rows } = await engine.verbs['attachments.list'](AttachmentQuery.parse({ patient: here.patient }));
    const fetched = rows.find(({ name }) => name === 'report.pdf');
    expect(fetched).toBeDefined();
    const { transaction } = await send(here, remote, fetched ? [fetched.attachment] : []);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect(server.kept()).toHaveLength(2);
  });

  it('go into a folder under a name of their own and are read back', async () => {
    const here = await clinic();
    const { sync, folder } = here;
    const share = temporaryFolder();
    const remote = await addRemote(sync, 'share', { kind: 'folder', path: share });
    const one = await here.attach('note.TXT', 'one');
    writeFileSync(join(folder, 'note.TXT'), 'two');
    const two = await here.attach('note.TXT', 'two');
    sync.start();
    const { transaction } = await send(here, remote, [one.attachment, two.attachment]);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 2 });
    const names = [one, two].map(({ sha256 }) => `note_${sha256.slice(0, 12)}.txt`);
    expect(readdirSync(join(share, 'A-1', 'files')).sort()).toEqual([...names].sort());
    expect(names.map((name) => readFileSync(join(share, 'A-1', 'files', name), 'utf8'))).toEqual(['one', 'two']);
  });

  it('are carried to another box on a stick, to whom they belong, and the receipt proves them', async () => {
    const here = await clinic();
    const other = await outboxWithImages(0);
    const stick = temporaryFolder();
    const { key } = await other.sync.verbs['courier.identity']({});
    const remote = await addRemote(here.sync, 'Hospital', { kind: 'courier', recipient: key, path: stick });
    const letter = await here.attach('letter.pdf', pdfBytes(), { description: 'for the hospital', pinned: true });
    here.sync.start();
    const { transaction } = await send(here, remote, [letter.attachment]);
    await expect.poll(() => statesOf(here.sync, transaction), WAIT).toMatchObject({ arrived: 1 });
    const read = async () => {
      const { job } = await other.sync.verbs['courier.read']({ path: stick });
      await other.engine.context.jobs.settled(job);
      return (await other.sync.verbs['courier.reading']({ job })).bundles;
    };
    expect(await read()).toMatchObject([{ images: 1, added: 1, rejected: 0, missing: 0, fault: null }]);
    expect(await read()).toMatchObject([{ images: 1, added: 0, alreadyStored: 1 }]);
    const { rows } = await other.engine.verbs['attachments.list'](AttachmentQuery.parse({}));
    expect(rows).toMatchObject([{ name: 'letter.pdf', description: 'for the hospital', sha256: letter.sha256 }]);
    expect(rows[0]?.pinnedAt).not.toBeNull();
    const whose = rows[0]?.patient ?? here.patient;
    expect(await other.engine.verbs['patients.get']({ patient: whose })).toMatchObject({
      PatientID: 'A-1',
      PatientName: 'Reyes^Ana',
      PatientBirthDate: '20150304',
      consent: 'not-asked',
    });
    // Her pictures come later and find her.
    await take(other.engine, [{ seed: 4, PatientID: 'A-1', PatientName: 'Reyes^Ana' }]);
    expect((await other.engine.verbs['patients.get']({ patient: whose })).images).toBe(1);
    await here.sync.verbs['courier.receipts']({ path: stick });
    expect(await statesOf(here.sync, transaction)).toMatchObject({ proven: 1 });
    expect([...here.faults, ...other.faults]).toEqual([]);
  });

  it('are refused with a sentence where they have no place, and never go as anonymous ones', async () => {
    const here = await clinic();
    const { sync, engine } = here;
    const orthanc = await addRemote(sync, 'pacs', restSettings(1));
    const share = await addRemote(sync, 'share', { kind: 'folder', path: temporaryFolder() });
    const { attachment } = await here.attach('note.txt', 'one');
    expect(await codeOf(send(here, orthanc, [attachment]))).toBe('REMOTE_NO_FILES');
    expect(await codeOf(send(here, share, [attachment], { anonymise: anonymous }))).toBe('SEND_FILES_ANONYMOUS');
    const refusal = async (remote: RemoteKey, anonymise: AnonymisationWay | null) =>
      (await sync.verbs['outbox.preview']({ selection: nothing, attachments: [attachment], remote, anonymise }))
        .filesRefused;
    expect(await refusal(orthanc, null)).toBe('REMOTE_NO_FILES');
    expect(await refusal(share, anonymous)).toBe('SEND_FILES_ANONYMOUS');
    const { rows } = await sync.verbs['remotes.list']({});
    expect(rows.map(({ name, abilities }) => [name, abilities.takesFiles])).toEqual([
      ['pacs', false],
      ['share', true],
    ]);
    // A "no" that is said while a file waits still holds it back; one said before keeps it out.
    const { transaction } = await send(here, share, [attachment]);
    const card = await engine.verbs['patients.get']({ patient: here.patient });
    await engine.verbs['patients.update']({
      patient: here.patient,
      changes: PatientInput.parse({ ...card, consent: 'no' }),
    });
    sync.start();
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ refused: 1 });
    expect((await itemsOf(sync, transaction))[0]?.fault?.code).toBe('CONSENT_REFUSED');
    expect(await codeOf(send(here, share, [attachment]))).toBe('EXPORT_NOTHING');
  });
});

describe('what was sent of patients who are merged', () => {
  it('stands under the surviving one, and under its own again afterwards', async () => {
    const here = await clinic();
    const { sync, engine } = here;
    const twin = await register(engine, 'Reyes^Anna', { PatientID: 'A-2' });
    await take(engine, [{ seed: 1, PatientID: 'A-2', PatientName: 'Reyes^Anna' }]);
    const { attachment } = await here.attach('note.txt', 'one');
    const share = await addRemote(sync, 'share', { kind: 'folder', path: temporaryFolder() });
    sync.start();
    const selection = ExportSelection.parse({ patients: [twin.patient] });
    const { transaction } = await send(here, share, [attachment], { selection });
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 2 });
    const shown = async (patient: PatientKey) => {
      const { rows } = await sync.verbs['ledger.list']({ patient, states: [], limit: 10, offset: 0 });
      return rows.map((row) => [row.file?.name ?? 'image', row.patient]);
    };
    const own = [['image', twin.patient]];
    expect(await shown(twin.patient)).toEqual(own);
    expect(await shown(here.patient)).toEqual([['note.txt', here.patient]]);
    await engine.verbs['patients.merge']({ from: twin.patient, into: here.patient, reason: 'the same' });
    const both = [
      ['image', here.patient],
      ['note.txt', here.patient],
    ];
    expect(await shown(here.patient)).toEqual(both);
    expect(await shown(twin.patient)).toEqual(both);
    const { csv } = await sync.verbs['ledger.csv']({ patient: twin.patient, states: [] });
    expect(csv.trim().split('\r\n')).toHaveLength(3);
    await engine.verbs['patients.unmerge']({ patient: twin.patient, reason: '' });
    expect(await shown(twin.patient)).toEqual(own);
    expect(await shown(here.patient)).toEqual([['note.txt', here.patient]]);
    await expectSound(engine);
  });
});
