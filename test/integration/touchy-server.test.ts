import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExportSelection } from '../../shared/contract/release';
import { allImages, importInto } from '../fixtures/archive';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf, syncForTest } from '../fixtures/outbox';
import { type Tantrum, TouchyServer } from '../fixtures/touchy-server';
import { dimseSettings, restSettings, webSettings } from './remotes/kinds';

const WAIT = { timeout: 60_000, interval: 50 };
const IMAGES = 12;
/** Tries follow one another quickly, and ever more slowly. */
const QUICKLY = { backOff: (failures: number) => 30 * 2 ** Math.min(failures, 6) };

/** What stands in the fourth image alone: its UID with the attribute that follows, as no question has it. */
const MARKER = Buffer.concat([Buffer.from(uidOf('instance 3'), 'latin1'), Buffer.from([0x08, 0, 0x20, 0])]);

const KINDS: readonly (readonly [string, Tantrum, (port: number) => ReturnType<typeof restSettings>])[] = [
  ['an Orthanc that falls over', 'fallsOver', restSettings],
  ['an Orthanc that says 500', 'says500', restSettings],
  ['a DICOMweb server that falls over', 'fallsOver', webSettings],
  ['a DICOMweb server that says 500', 'says500', webSettings],
  ['a DIMSE server that falls over', 'fallsOver', dimseSettings],
];

describe('An image that a destination cannot stand', () => {
  it.each(KINDS)('holds up nothing else at %s', async (name, tantrum, settings) => {
    const orthanc = await Orthanc.start({ settings: { DicomAlwaysAllowFind: true } });
    const target = settings === dimseSettings ? orthanc.dicomPort : orthanc.port;
    const touchy = await TouchyServer.before(target, MARKER, tantrum);
    const outbox = await outboxWithImages(IMAGES, QUICKLY);
    const { sync, engine, folder } = outbox;
    const remote = await addRemote(sync, name, settings(touchy.port));
    sync.start();
    const first = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, first), WAIT).toMatchObject({ proven: IMAGES - 1 });

    // It goes on being tried, ever more seldom, and says why it waits.
    await expect.poll(() => touchy.met, WAIT).toBeGreaterThan(2);
    const stuck = (await itemsOf(sync, first)).filter(({ state }) => state !== 'proven');
    expect(stuck).toMatchObject([
      {
        attempts: expect.any(Number) as number,
        fault: { code: tantrum === 'says500' ? 'REMOTE_FAULT' : 'REMOTE_CUT' },
      },
    ]);

    // What is taken meanwhile goes past it.
    const before = new Set((await allImages(engine)).map(({ image }) => image));
    const path = join(folder, 'new.dcm');
    writeFileSync(path, instanceBytes({ seed: 77, PatientID: 'P0' }));
    await importInto(engine, [path]);
    const images = (await allImages(engine)).flatMap(({ image }) => (before.has(image) ? [] : [image]));
    const selection = ExportSelection.parse({ images });
    const second = await sync.verbs['outbox.send']({ selection, remote, anonymise: null, priority: 0 });
    await expect.poll(() => statesOf(sync, second.transaction), WAIT).toMatchObject({ proven: 1 });
    expect(await statesOf(sync, first)).toMatchObject({ proven: IMAGES - 1 });

    // After a restart it is still known, and is not tried before the others.
    await outbox.sync.close();
    const again = syncForTest(engine, undefined, QUICKLY);
    const all = await sendAll({ ...again, engine }, remote);
    again.sync.start();
    await expect.poll(() => statesOf(again.sync, all), WAIT).toMatchObject({ proven: IMAGES });

    touchy.mend();
    await again.sync.verbs['remotes.now']({ remote });
    await expect.poll(() => statesOf(again.sync, first), WAIT).toMatchObject({ proven: IMAGES });
    expect([...outbox.faults, ...again.faults]).toEqual([]);
  });
});
