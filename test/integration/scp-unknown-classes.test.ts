import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../main/dicom/buffer-source';
import { mayBeStorageClass, storageClasses } from '../../main/dicom/dictionary';
import { readDicom } from '../../main/dicom/reader';
import { Tags } from '../../main/dicom/tags';
import { Services } from '../../main/network/uids';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { instanceBytes } from '../fixtures/instances';
import { addRemote, sendAll, statesOf, syncForTest } from '../fixtures/outbox';
import { Orthanc } from '../fixtures/orthanc';
import { machine, serveArchive, startStoreScp } from '../fixtures/scp';
import { dimseSettings } from './remotes/kinds';
import { HASTE } from './rude/rude';

/** Two that makers define for themselves, and one of the standard that is younger than the dictionary. */
const CLASSES = ['1.3.12.2.1107.5.9.1', '1.2.840.113619.4.26', '1.2.840.10008.5.1.4.1.1.999.1'];
const WAIT = { timeout: 60_000, interval: 50 };

function write(folder: string): ReadonlyMap<string, Buffer> {
  mkdirSync(folder);
  return new Map(
    CLASSES.map((sopClass, seed) => {
      const bytes = Buffer.from(instanceBytes({ seed, sopClass }));
      writeFileSync(join(folder, `${String(seed)}.dcm`), bytes);
      return [sopClass, dataSetOf(bytes)] as const;
    }),
  );
}

/** What is behind the file meta information, which every program writes anew. */
function dataSetOf(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.indexOf(Buffer.from([0x08, 0x00, 0x16, 0x00])));
}

function byClass(files: readonly Buffer[]): ReadonlyMap<string, Buffer> {
  return new Map(
    files.map((bytes) => {
      const sopClass = readDicom(new BufferSource(bytes)).dataset.string(Tags.SOPClassUID) ?? '';
      return [sopClass, dataSetOf(bytes)] as const;
    }),
  );
}

const filesIn = (folder: string): readonly Buffer[] =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name)));

describe('storage classes that are not in the standard', () => {
  it('are taken from storescu, found, and given back by C-MOVE with equal bytes', async () => {
    const { port, folder: there } = await startStoreScp(join(temporaryFolder(), 'there'), ['-pm', '+xa']);
    const { engine, folder, tool, faults } = await serveArchive(0, { peers: [machine({ port })] });
    const sent = write(join(folder, 'sent'));
    await tool('dcmsend', '-nuc', '+sd', join(folder, 'sent'));
    const rows = await allImages(engine);
    expect(byClass(rows.map(({ image }) => readFileSync(engine.context.objects.path(image))))).toEqual(sent);
    const found = await tool('findscu', '-S', '-k', 'QueryRetrieveLevel=IMAGE', '-k', 'SOPClassUID', '');
    expect(found.match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(CLASSES.length);
    await tool('movescu', '-S', '-aem', 'KNOWN', '-k', 'QueryRetrieveLevel=PATIENT', '-k', 'PatientID=P1', '');
    expect(byClass(filesIn(there))).toEqual(sent);
    expect(faults).toEqual([]);
  });

  it('are refused where a person wants nothing but the standard, and its younger ones are taken all the same', async () => {
    const { engine, folder, tool } = await serveArchive(0, { unknownClasses: false });
    write(join(folder, 'sent'));
    const said = await tool('dcmsend', '-nuc', '-nh', '+sd', join(folder, 'sent'));
    expect(said).toMatch(/with status SUCCESS\s*: 1\b/);
    const [only, ...others] = await allImages(engine);
    expect(others).toEqual([]);
    const bytes = readFileSync(engine.context.objects.path(only?.image ?? rowMissing()));
    expect([...byClass([bytes]).keys()]).toEqual(CLASSES.slice(2));
  });

  it('go out as they are stored: to storescp and to Orthanc, and come back from Orthanc', async () => {
    const folder = temporaryFolder();
    const sent = write(join(folder, 'sent'));
    const engine = await openForTest(join(folder, 'archive'));
    await importInto(engine, [join(folder, 'sent')]);
    const outbox = syncForTest(engine, undefined, HASTE);
    const { port, folder: there } = await startStoreScp(join(folder, 'there'), ['-pm', '+xa']);
    const orthanc = await Orthanc.start({ settings: { UnknownSopClassAccepted: true, DicomCheckCalledAet: false } });
    const storescp = await addRemote(outbox.sync, 'storescp', dimseSettings(port));
    const peer = await addRemote(outbox.sync, 'orthanc', dimseSettings(orthanc.dicomPort));
    const transactions = [await sendAll(outbox, storescp), await sendAll(outbox, peer)];
    outbox.sync.start();
    for (const transaction of transactions)
      await expect
        .poll(async () => {
          const { arrived, proven } = await statesOf(outbox.sync, transaction);
          return arrived + proven;
        }, WAIT)
        .toBe(CLASSES.length);
    expect(byClass(filesIn(there))).toEqual(sent);
    expect(byClass(await orthanc.files())).toEqual(sent);
  });

  it('are every class but the services of the standard', () => {
    expect(CLASSES.every(mayBeStorageClass)).toBe(true);
    expect(storageClasses().every(mayBeStorageClass)).toBe(true);
    for (const service of Object.values(Services)) expect(mayBeStorageClass(service), service).toBe(false);
    // Modality performed procedure steps, film sessions, and a service younger than the dictionary.
    for (const service of ['1.2.840.10008.3.1.2.3.3', '1.2.840.10008.5.1.1.9', '1.2.840.10008.5.1.4.34.99', ''])
      expect(mayBeStorageClass(service), service).toBe(false);
  });
});

function rowMissing(): never {
  throw new Error('Nothing was stored.');
}
