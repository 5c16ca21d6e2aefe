import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { storageClasses, storageTransferSyntaxes } from '../../main/dicom/dictionary';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { Tags } from '../../main/dicom/tags';
import { Association } from '../../main/network/association';
import { DataSetBuilder, part10Header } from '../../main/dicom/writer';
import { ServiceUser } from '../../main/network/scu';
import { Services } from '../../main/network/uids';
import { dataSetStart } from '../../main/sync/remotes/dimse/file-parts';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { imageBytes } from '../fixtures/dicom-images';
import { instanceBytes, SECONDARY_CAPTURE, uidOf } from '../fixtures/instances';
import { addRemote, outboxWithImages } from '../fixtures/outbox';
import { dcmtkEnvironment, machine, serveArchive, startStoreScp } from '../fixtures/scp';
import { dimseSettings } from './remotes/kinds';

/** Many associations, one process of dcmtk for each step. */
const LONG = 240_000;
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const EXPLICIT_BE = '1.2.840.10008.1.2.2';
const IMPLICIT_LE = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
/** How dcmconv is told to write those that code no pixels. */
const CONVERTED: Readonly<Record<string, string>> = { [IMPLICIT_LE]: '+ti', [EXPLICIT_BE]: '+tb', [DEFLATED]: '+td' };
/**
 * What dcmtk does not know, and the plain ones among which an archive chooses: these are offered alone, by Fieldbox's own client.
 */
const OFFERED_ALONE = /^1\.2\.840\.10008\.1\.2(\.2|\.4\.(10[0-6]\.1|11\d|20\d)|\.8\.1|\.1\.98)?$/;

/** Data sets by SOP Instance UID: what has to come through unchanged; group 0002 each side writes anew. */
function dataSets(files: readonly Buffer[]): ReadonlyMap<string, string> {
  return new Map(
    files.map((file) => {
      const { dataset, transferSyntaxUID } = readDicom(new BufferSource(file));
      // The same bytes can be deflated in several ways.
      const { source } = dataset;
      const bytes = transferSyntaxUID === DEFLATED ? source.bytes(0, source.size) : file.subarray(dataSetStart(file));
      return [dataset.string(Tags.SOPInstanceUID) ?? '', Buffer.from(bytes).toString('base64')];
    }),
  );
}

function filesIn(folder: string): readonly Buffer[] {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

async function stored(engine: Engine): Promise<readonly Buffer[]> {
  return (await allImages(engine)).map(({ image }) => readFileSync(engine.context.objects.path(image)));
}

/** The UIDs that a C-FIND at the level of images lists. */
function listed(said: string): ReadonlySet<string> {
  return new Set([...said.matchAll(/\(0008,0018\) UI \[([\d.]+)/g)].map(([, uid = '']) => uid));
}

const STUDY = ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${uidOf('study P1')}`];
const IMAGES = [
  ...['-k', 'QueryRetrieveLevel=IMAGE', '-k', `StudyInstanceUID=${uidOf('study P1')}`],
  ...['-k', 'SOPInstanceUID'],
];

describe('every SOP class of storage', () => {
  it(
    'is taken from dcmsend, found by findscu, and given back by C-MOVE and C-GET with equal bytes',
    async () => {
      const moved = await startStoreScp(join(temporaryFolder(), 'moved'), ['-pm', '+xa']);
      const peers = [machine({ port: moved.port })];
      const { engine, folder, server, tool, faults } = await serveArchive(0, { peers });
      const sent = join(folder, 'sent');
      mkdirSync(sent);
      const classes = storageClasses();
      classes.forEach((sopClass, seed) =>
        writeFileSync(join(sent, `${String(seed).padStart(3, '0')}.dcm`), instanceBytes({ seed, sopClass, side: 4 })),
      );
      expect(classes.length).toBeGreaterThan(190);

      const said = await tool('dcmsend', '+sd', sent);
      expect(said).toMatch(new RegExp(`with status SUCCESS\\s*: ${String(classes.length)}\\b`));
      const before = dataSets(filesIn(sent));
      expect(dataSets(await stored(engine))).toEqual(before);

      expect(listed(await tool('findscu', '-S', ...IMAGES, ''))).toEqual(new Set(before.keys()));

      const answered = await tool('movescu', '-S', '-aem', 'KNOWN', ...STUDY, '');
      const back = dataSets(filesIn(moved.folder));
      // storescp takes no objects that belong to no patient (PS3.4 GG), such as colour palettes.
      const ofNobody = classes.filter((_, seed) => !back.has(uidOf(`instance ${String(seed)}`)));
      expect(ofNobody.length).toBeLessThan(12);
      for (const [uid, bytes] of back) expect(bytes, uid).toBe(before.get(uid));
      expect(answered).toContain('Final Move Response');
      const others = await getOwn(
        server.port,
        ofNobody.map((sopClass) => ({ sopClass, syntax: EXPLICIT_LE })),
      );
      expect(new Map([...back, ...others])).toEqual(before);

      // It asks for the classes it knows; the others have no presentation context and are told as failed.
      const got = join(folder, 'got');
      mkdirSync(got);
      const answer = await tool('getscu', '-S', '-od', got, ...STUDY, '');
      const counted = (what: string): number =>
        Number(new RegExp(`Number of ${what} Suboperations *: (\\d+)`).exec(answer)?.[1] ?? 0);
      const files = dataSets(filesIn(got));
      expect(files.size).toBeGreaterThan(100);
      expect(counted('Completed')).toBe(files.size);
      expect(counted('Completed') + counted('Failed')).toBe(classes.length);
      for (const [uid, bytes] of files) expect(bytes, uid).toBe(before.get(uid));
      expect(faults).toEqual([]);
    },
    LONG,
  );
});

describe('every transfer syntax', () => {
  it(
    'is taken as it is, and given back as it is to whom takes it',
    async () => {
      const moved = await startStoreScp(join(temporaryFolder(), 'moved'), ['-pm', '+xa']);
      const peers = [machine({ port: moved.port })];
      const { engine, folder, server, tool, faults } = await serveArchive(0, { peers });
      const sent = join(folder, 'sent');
      const own = join(folder, 'own');
      for (const each of [sent, own]) mkdirSync(each);
      for (const [seed, syntax] of storageTransferSyntaxes().entries())
        writeInSyntax(join(OFFERED_ALONE.test(syntax) ? own : sent, `${String(seed)}.dcm`), seed, syntax);
      const known = readdirSync(sent).length;
      expect(known).toBeGreaterThan(35);
      expect(readdirSync(own).length).toBeGreaterThan(10);

      expect(await tool('dcmsend', '-dn', '+sd', sent)).toMatch(
        new RegExp(`with status SUCCESS\\s*: ${String(known)}\\b`),
      );
      await sendOwn(server.port, filesIn(own));
      const bySyntax = new Map([...dataSets(filesIn(sent)), ...dataSets(filesIn(own))]);
      const kept = await stored(engine);
      expect(dataSets(kept)).toEqual(bySyntax);
      expect(new Set(kept.map((file) => readDicom(new BufferSource(file)).transferSyntaxUID))).toEqual(
        new Set(storageTransferSyntaxes()),
      );

      await tool('movescu', '-S', '-aem', 'KNOWN', ...STUDY, '');
      const back = dataSets(filesIn(moved.folder));
      expect(back.size).toBeGreaterThan(15);
      for (const [uid, bytes] of back) expect(bytes, uid).toBe(bySyntax.get(uid));
      const all = storageTransferSyntaxes().map((syntax) => ({ sopClass: SECONDARY_CAPTURE, syntax }));
      expect(await getOwn(server.port, all)).toEqual(bySyntax);

      // Another Fieldbox that asks this one as a PACS fetches every image as it is stored here.
      const there = await outboxWithImages(0);
      const settings = dimseSettings(server.port);
      if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
      const remote = await addRemote(there.sync, 'far', {
        ...settings,
        calledAETitle: 'FIELDBOX',
        callingAETitle: 'KNOWN',
      });
      const { job } = await there.sync.verbs['pacs.retrieve']({ remote, StudyInstanceUID: uidOf('study P1') });
      expect(await there.engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
      expect(dataSets(await stored(there.engine))).toEqual(bySyntax);
      expect(faults).toEqual([]);
    },
    LONG,
  );
});

/** Fetches the study by C-GET with a presentation context for each pair; what fits none is not sent. */
async function getOwn(
  port: number,
  pairs: readonly { readonly sopClass: string; readonly syntax: string }[],
): Promise<ReadonlyMap<string, string>> {
  const association = await Association.request({
    host: '127.0.0.1',
    port,
    calledAETitle: 'FIELDBOX',
    callingAETitle: 'KNOWN',
    tls: null,
    contexts: [
      { id: 1, abstractSyntax: Services.StudyRootGet, transferSyntaxes: [EXPLICIT_LE] },
      ...pairs.map(({ sopClass, syntax }, at) => ({
        id: at * 2 + 3,
        abstractSyntax: sopClass,
        transferSyntaxes: [syntax],
      })),
    ],
    roles: [...new Set(pairs.map(({ sopClass }) => sopClass))].map((abstractSyntax) => ({
      abstractSyntax,
      scu: false,
      scp: true,
    })),
  });
  const files: Buffer[] = [];
  const question = new DataSetBuilder().set('QueryRetrieveLevel', 'STUDY').set('StudyInstanceUID', uidOf('study P1'));
  await new ServiceUser(association).get(Services.StudyRootGet, question, async (instance) => {
    const header = part10Header({
      sopClassUID: instance.SOPClassUID,
      sopInstanceUID: instance.SOPInstanceUID,
      transferSyntaxUID: instance.transferSyntax,
    });
    const parts: Uint8Array[] = [header];
    for await (const part of instance.data) parts.push(part);
    files.push(Buffer.concat(parts));
    return 0;
  });
  await association.release();
  return dataSets(files);
}

/** An instance in a transfer syntax; what the coded fragments mean is looked at by nobody on the way. */
function writeInSyntax(path: string, seed: number, syntax: string): void {
  const spec = { seed, side: 4 };
  const flag = CONVERTED[syntax];
  if (syntax === EXPLICIT_LE || flag !== undefined) {
    writeFileSync(path, instanceBytes(spec));
    if (flag !== undefined) execFileSync('dcmconv', [flag, path, path], { env: dcmtkEnvironment });
    return;
  }
  writeFileSync(
    path,
    imageBytes({
      rows: 4,
      columns: 4,
      transferSyntax: syntax,
      fragments: [Uint8Array.from({ length: 40 }, (_, at) => (at * 7 + seed) & 0xff)],
      more: {
        SOPInstanceUID: uidOf(`instance ${String(seed)}`),
        PatientID: 'P1',
        PatientName: 'Name^P1',
        StudyInstanceUID: uidOf('study P1'),
        SeriesInstanceUID: uidOf('series P1'),
        Modality: 'OT',
      },
    }),
  );
}

async function sendOwn(port: number, files: readonly Buffer[]): Promise<void> {
  const read = files.map((bytes) => ({ bytes, file: readDicom(new BufferSource(bytes)) }));
  const association = await Association.request({
    host: '127.0.0.1',
    port,
    calledAETitle: 'FIELDBOX',
    callingAETitle: 'KNOWN',
    tls: null,
    contexts: read.map(({ file }, at) => ({
      id: at * 2 + 1,
      abstractSyntax: SECONDARY_CAPTURE,
      transferSyntaxes: [file.transferSyntaxUID],
    })),
  });
  const user = new ServiceUser(association);
  for (const { bytes, file } of read) {
    const context = association.contextFor(SECONDARY_CAPTURE, file.transferSyntaxUID);
    if (!context) throw new Error(`${file.transferSyntaxUID} was refused.`);
    const SOPInstanceUID = file.dataset.string(Tags.SOPInstanceUID) ?? '';
    const dataset = Readable.from([bytes.subarray(dataSetStart(bytes))]);
    expect(await user.store(context, { SOPClassUID: SECONDARY_CAPTURE, SOPInstanceUID, dataset })).toBe(0);
  }
  await association.release();
}
