import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnonymisationRequest } from '../../shared/contract/anonymisation';
import { engineVerbs, type Input } from '../../shared/contract';
import { asFieldboxError, catalogue } from '../../shared/errors';
import type { ImageRow } from '../../shared/model/rows';
import type { Engine } from '../../main/archive/engine';
import { runAnonymisation } from '../../main/archive/anonymisation';
import { Receiver } from '../../main/archive/ingest/receiver';
import { scan, way } from '../fixtures/anonymising-archive';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { rle } from '../fixtures/dicom-codecs';
import { imageBytes } from '../fixtures/dicom-images';
import { askEngine, everyField } from '../fixtures/grouping';
import { chosen, ended, expectSound, register } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';
import { instanceBytes, sha256Of, uidOf } from '../fixtures/instances';
import { pdfBytes } from '../fixtures/photo-bytes';
import { canMakeDisks, smallDisk } from '../fixtures/small-disk';

const MEGABYTE = 1024 * 1024;
/** Larger than the room that the archive keeps free for closing in order, and what the test needs. */
const DISK_MEGABYTES = 112;

/** What a person can do that stores something; each is made ready with room, and gives what is then done. */
type Act = (engine: Engine) => Promise<() => Promise<unknown>>;

/** Takes a file in and gives its image. */
async function taken(engine: Engine, bytes: Uint8Array): Promise<ImageRow> {
  const path = join(temporaryFolder(), 'one.dcm');
  writeFileSync(path, bytes);
  await importInto(engine, [path]);
  const row = (await allImages(engine)).find(({ image }) => image === sha256Of(bytes));
  if (!row) throw new Error('The image was not taken in.');
  return row;
}

async function anonymised(engine: Engine, request: AnonymisationRequest): Promise<void> {
  await ended(engine, await engine.verbs['anonymisation.start'](request));
}

function coded(): Uint8Array {
  const pixels = Uint8Array.from({ length: 64 * 64 }, (_, at) => (at * 7) & 0xff);
  return imageBytes({
    rows: 64,
    columns: 64,
    transferSyntax: '1.2.840.10008.1.2.5',
    fragments: [rle(pixels, 1, 1)],
    more: {
      SOPInstanceUID: uidOf('coded'),
      StudyInstanceUID: uidOf('study coded'),
      SeriesInstanceUID: uidOf('series coded'),
      PatientID: 'P9',
      PatientName: 'Doe^Coded',
      Modality: 'US',
    },
  });
}

const acts: Readonly<Record<string, Act>> = {
  'anonymising as a copy': async (engine) => {
    const image = await taken(engine, scan(1, 'P1'));
    return () => anonymised(engine, way([image]));
  },
  'anonymising in place': async (engine) => {
    const image = await taken(engine, scan(2, 'P2'));
    return () => anonymised(engine, way([image], { mode: 'replace' }));
  },
  'blackening a coded picture': async (engine) => {
    const row = await taken(engine, coded());
    const areas = [{ image: row.image, areas: [{ x: 0, y: 0, width: 8, height: 8 }] }];
    return () => anonymised(engine, way([row], { areas }));
  },
  'reversing by key': async (engine) => {
    const original = await taken(engine, scan(3, 'P3'));
    const { patients } = await runAnonymisation(engine.context, way([original], { mode: 'replace' }), unwatched);
    await ended(engine, await engine.verbs['trash.erase']({ images: [original.image] }));
    const copy = (await allImages(engine)).find(({ patient }) => patient === patients[0]);
    if (!copy) throw new Error('There is no anonymous image.');
    return () => engine.verbs['anonymisation.reverse']({ image: copy.image, reason: 'asked by the family' });
  },
  'printing a report into its study': async (engine) => {
    const { seriesKey } = await taken(engine, instanceBytes({ seed: 4 }));
    const { form } = await askEngine(engine, 'forms.save', { form: null, name: 'All', definition: everyField() });
    const input: Input<'entries.save'> = {
      entry: null,
      form,
      series: seriesKey,
      state: 'finished',
      values: { quality: 'good', pressure: 12.5 },
    };
    const { entry } = await askEngine(engine, 'entries.save', input);
    return () => askEngine(engine, 'entries.keepDocument', { entry, bytes: Uint8Array.from(pdfBytes()), title: 'All' });
  },
  'attaching a file': async (engine) => {
    const { patient } = await register(engine, 'Ann');
    const path = join(temporaryFolder(), 'letter.txt');
    writeFileSync(path, 'x'.repeat(MEGABYTE));
    const input = engineVerbs['attachments.add'].input.parse({ patient, file: { path }, description: '' });
    return () => engine.verbs['attachments.add'](input);
  },
  merging: async (engine) => {
    const [from, into] = [await register(engine, 'Bea'), await register(engine, 'Bee')];
    return () => engine.verbs['patients.merge']({ from: from.patient, into: into.patient, reason: 'one person' });
  },
  'moving a study': async (engine) => {
    const { study } = await taken(engine, scan(5, 'P5'));
    const { patient } = await register(engine, 'Cem');
    const selection = chosen({ studies: [study] });
    return async () =>
      ended(engine, await engine.verbs['images.move']({ selection, patient, reason: 'wrong patient' }));
  },
  'changing attributes': async (engine) => {
    const { image } = await taken(engine, scan(6, 'P6'));
    const input = engineVerbs['images.modify'].input.parse({
      selection: { images: [image] },
      values: [{ path: 'StudyDescription', value: 'Chest, again' }],
      reason: 'spelling',
    });
    return async () => ended(engine, await engine.verbs['images.modify'](input));
  },
  'an image from the network': async (engine) => {
    const path = join(temporaryFolder(), 'sent');
    writeFileSync(path, instanceBytes({ seed: 7, side: 512 }));
    const receiver = await Receiver.open(engine.context, { source: 'scp', sourceRef: 'far', label: 'far' }, unwatched);
    return () => receiver.take(path, 'sent');
  },
};

const incoming = (engine: Engine): string[] => readdirSync(engine.context.paths.incoming);

it('a full disk is told of in every language of ours', () => {
  const { number, en, es, fr, ar } = catalogue.DISK_FULL;
  expect(number).toBeGreaterThan(0);
  expect(new Set([en, es, fr, ar]).size).toBe(4);
});

if (canMakeDisks) {
  describe.each([
    ['has less room than it takes to close in order', 40 * MEGABYTE],
    ['has no room at all', 0],
  ])('a disk that %s', (_, leave) => {
    it.each(Object.keys(acts))('does not do %s by halves, and does it once there is room', async (name) => {
      const disk = smallDisk(DISK_MEGABYTES);
      const engine = await openForTest(join(disk.folder, 'archive'));
      const act = await acts[name]?.(engine);
      if (!act) throw new Error('There is no such act.');
      const before = dumpOf(engine.context.db);
      const chain = recordsOf(engine);
      disk.fill(leave);
      const code = await act().then(
        () => 'done',
        (error: unknown) => asFieldboxError(error).code,
      );
      expect({ code, left: incoming(engine) }).toEqual({ code: 'DISK_FULL', left: [] });
      expect(dumpOf(engine.context.db)).toEqual(before);
      expect(recordsOf(engine)).toBe(chain);
      disk.clear();
      await act();
      expect(incoming(engine)).toEqual([]);
      await expectSound(engine);
      await engine.close();
    });
  });
}

function recordsOf({ context }: Engine): string {
  const { records } = context.paths;
  return readdirSync(records)
    .map((name) => readFileSync(join(records, name), 'utf8'))
    .join('');
}
