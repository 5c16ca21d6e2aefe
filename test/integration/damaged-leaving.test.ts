import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExportSelection } from '../../shared/contract/release';
import { importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { writeInstances } from '../fixtures/instances';
import { addRemote, itemsOf, syncForTest } from '../fixtures/outbox';

const WAIT = { timeout: 20_000, interval: 50 };

/** Turns over the last byte of a file, deep in the pixels, as a worn disk may do. */
function wear(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0xff, bytes.length - 1);
  writeFileSync(path, bytes);
}

describe('a file that is not what was stored any more', () => {
  // Small files are held in memory while they leave, many of them read together; large ones are read piece by piece.
  it.each([
    ['small', 3, 64],
    ['small', 40, 64],
    ['large', 3, 1024],
  ])('stays here: a %s one of %i; the others go, and it goes once it is sound again', async (_, count, side) => {
    const folder = temporaryFolder();
    const [came, there] = [join(folder, 'came'), join(folder, 'there')];
    writeInstances(came, count, side);
    mkdirSync(there);
    const engine = await openForTest(join(folder, 'archive'));
    const images = (await importInto(engine, [came])).flatMap(({ image }) => image ?? []);
    const worn = images[Math.floor(count / 2)];
    if (worn === undefined) throw new Error('Nothing was taken in.');
    const sound = images.filter((image) => image !== worn);
    wear(engine.context.objects.path(worn));
    const { sync, faults } = syncForTest(engine);
    const remote = await addRemote(sync, 'Share', { kind: 'folder', path: there });
    const selection = ExportSelection.parse({ images: [worn, ...sound] });
    const { transaction } = await sync.verbs['outbox.send']({ selection, remote, anonymise: null, priority: 0 });
    sync.start();

    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await itemsOf(sync, transaction)).map(({ image, state }) => [image, state]));
    const proven = Object.fromEntries(sound.map((image) => [image, 'proven']));
    await expect.poll(states, WAIT).toEqual({ ...proven, [worn]: 'refused' });
    const refused = (await itemsOf(sync, transaction)).find(({ image }) => image === worn);
    expect(refused?.fault).toMatchObject({ code: 'OBJECT_DAMAGED' });
    const sent = readdirSync(there, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(sent).toHaveLength(count - 1);

    // The same bytes come in once more, sound: they take the place of the damaged ones.
    await engine.verifyNow(true, unwatched);
    await importInto(engine, [came]);
    await sync.verbs['outbox.retry']({ transaction });
    await expect.poll(states, WAIT).toEqual({ ...proven, [worn]: 'proven' });
    expect(faults).toEqual([]);
  });
});
