import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { Receiver } from '../../main/archive/ingest/receiver';
import type { Input, Output } from '../../shared/contract';
import type { ArchiveVerb } from '../../shared/contract';
import { ProjectArchiveKey, SeriesKey } from '../../shared/model/ids';
import type { SeriesRow } from '../../shared/model/rows';
import { importInto, nobody, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { askEngine, importInstances, projectWith } from '../fixtures/grouping';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { zipEntries } from '../fixtures/zip';

let folder: string;
let engine: Engine;
beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
});
const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);
const refused = (code: string): object => ({ code });
const nowhere = ProjectArchiveKey.parse('00000000-0000-4000-8000-000000000000');

/** Two patients; the first has two studies. */
async function patients(): Promise<readonly [SeriesRow, SeriesRow, SeriesRow]> {
  const [a, b, c] = await importInstances(engine, folder, [
    { seed: 1, PatientID: 'N-1', PatientName: 'Diallo^Awa', study: uidOf('old'), StudyDate: '20250101' },
    { seed: 2, PatientID: 'N-1', PatientName: 'Diallo^Awa', study: uidOf('new'), StudyDate: '20260101' },
    { seed: 3, PatientID: 'N-2', PatientName: 'Keita^Ba', study: uidOf('other') },
  ]);
  if (!a || !b || !c) throw new Error('the import gave no three series');
  const [first, second] = [a, b].sort((x, y) => x.StudyDate.localeCompare(y.StudyDate));
  return [first ?? a, second ?? b, c];
}

/** Everything the grouping says, for comparing before and after. */
async function everything(): Promise<unknown> {
  const { rows } = await ask('catalog.series', { limit: 1000, sort: 'SeriesInstanceUID' });
  const memberships = [];
  for (const row of rows) memberships.push((await ask('projects.memberships', { series: row.seriesKey })).rows);
  return { projects: await ask('projects.list', {}), rows, memberships };
}

async function rebuilt(): Promise<void> {
  const { job } = await ask('archive.rebuild', {});
  expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
}

describe('projects and archives', () => {
  it('are made, renamed and closed; a name is given once', async () => {
    const { project } = await ask('projects.create', { name: 'North', description: 'TB vans' });
    await expect(ask('projects.create', { name: ' nórth ' })).rejects.toMatchObject(refused('GROUP_NAME_TAKEN'));
    const van = await ask('projects.createArchive', { project, name: 'van-3' });
    await expect(ask('projects.createArchive', { project, name: 'VAN-3' })).rejects.toMatchObject(
      refused('GROUP_NAME_TAKEN'),
    );
    const other = await projectWith(engine, 'South', 'van-3');
    expect(other).toMatchObject({ name: 'van-3', patients: 0, series: 0, isDefault: false, active: true });
    await ask('projects.updateArchive', {
      archive: van.archive,
      changes: { name: 'van 3', description: 'blue', active: true },
    });
    await ask('projects.update', { project, changes: { name: 'North', description: '', active: false } });
    const { rows } = await ask('projects.list', {});
    expect(rows).toMatchObject([
      { name: 'North', active: false, archives: [{ name: 'van 3', description: 'blue' }] },
      { name: 'South', active: true, archives: [{ name: 'van-3' }] },
    ]);
    await expect(ask('projects.createArchive', { project, name: 'van-4' })).rejects.toMatchObject(
      refused('GROUP_CLOSED'),
    );
    await expect(ask('projects.setDefault', { archive: van.archive })).rejects.toMatchObject(refused('GROUP_CLOSED'));
    await expect(ask('projects.setDefault', { archive: nowhere })).rejects.toMatchObject(refused('NOT_FOUND'));
    await expect(
      ask('projects.updateArchive', { archive: nowhere, changes: { name: 'x', active: true } }),
    ).rejects.toMatchObject(refused('NOT_FOUND'));
  });

  it('take in patients, studies, series and images; what comes later to a whole patient or study goes there too', async () => {
    const [old, recent, other] = await patients();
    const north = (await projectWith(engine, 'North', 'van')).archive;
    const south = (await projectWith(engine, 'South', 'van')).archive;
    expect(await ask('projects.assign', { archive: north, selection: { studies: [old.study] } })).toEqual({ added: 1 });
    expect(await ask('projects.assign', { archive: south, selection: { patients: [old.patient] } })).toEqual({
      added: 2,
    });
    expect(await ask('projects.assign', { archive: south, selection: { patients: [old.patient] } })).toEqual({
      added: 0,
    });
    const { cover } = other;
    expect(
      await ask('projects.assign', { archive: south, selection: { images: cover === null ? [] : [cover] } }),
    ).toEqual({ added: 1 });
    expect(await ask('projects.memberships', { patient: old.patient })).toEqual({
      rows: [
        { archive: north, whole: false },
        { archive: south, whole: true },
      ],
    });
    expect(await ask('projects.memberships', { study: recent.study })).toEqual({
      rows: [{ archive: south, whole: true }],
    });

    await importInstances(engine, folder, [
      { seed: 4, PatientID: 'N-1', PatientName: 'Diallo^Awa', study: uidOf('old'), series: uidOf('later') },
      { seed: 5, PatientID: 'N-1', PatientName: 'Diallo^Awa', study: uidOf('newest') },
      { seed: 6, PatientID: 'N-2', PatientName: 'Keita^Ba', study: uidOf('other 2') },
    ]);
    const of = async (archive: ProjectArchiveKey): Promise<number> => (await ask('catalog.series', { archive })).total;
    expect([await of(north), await of(south)]).toEqual([2, 5]);
    expect((await ask('catalog.patients', { archive: south })).total).toBe(2);
    expect((await ask('catalog.studies', { archive: north })).total).toBe(1);
    const [project] = (await ask('projects.list', {})).rows;
    expect((await ask('catalog.images', project ? { project: project.project } : {})).total).toBe(2);
    expect(project?.archives[0]).toMatchObject({ patients: 1, studies: 1, series: 2 });

    expect(await ask('projects.unassign', { archive: south, selection: { series: [recent.seriesKey] } })).toEqual({
      removed: 1,
    });
    await importInstances(engine, folder, [
      { seed: 7, PatientID: 'N-1', PatientName: 'Diallo^Awa', study: uidOf('newer still') },
    ]);
    expect(await of(south)).toBe(4);
    const before = await everything();
    await rebuilt();
    expect(await everything()).toEqual(before);
    await engine.close();
    engine = await openForTest(join(folder, 'archive'));
    expect(await everything()).toEqual(before);
  });

  it('refuse all of a choice when one part is unknown or they are closed', async () => {
    const [old] = await patients();
    const { archive, project } = await projectWith(engine, 'North', 'van');
    const unknown = SeriesKey.parse('0'.repeat(32));
    await expect(
      ask('projects.assign', { archive, selection: { patients: [old.patient], series: [unknown] } }),
    ).rejects.toMatchObject(refused('NOT_FOUND'));
    expect((await ask('catalog.series', { archive })).total).toBe(0);
    await expect(ask('projects.assign', { archive, selection: {} })).rejects.toMatchObject(
      refused('GROUP_NOTHING_CHOSEN'),
    );
    await expect(
      ask('projects.unassign', { archive: nowhere, selection: { series: [old.seriesKey] } }),
    ).rejects.toMatchObject(refused('NOT_FOUND'));
    await expect(ask('projects.memberships', { series: unknown })).rejects.toMatchObject(refused('NOT_FOUND'));
    await ask('projects.update', { project, changes: { name: 'North', active: false } });
    await expect(ask('projects.assign', { archive, selection: { series: [old.seriesKey] } })).rejects.toMatchObject(
      refused('GROUP_CLOSED'),
    );
  });

  it('get what is imported, photographed and registered: the default one, or the one that was said', async () => {
    const north = (await projectWith(engine, 'North', 'van')).archive;
    const south = (await projectWith(engine, 'South', 'van')).archive;
    await ask('projects.setDefault', { archive: north });
    const person = await ask('patients.register', {
      PatientName: 'New^Person',
      PatientID: '',
      PatientSex: '',
      PatientBirthDate: '',
      birthDatePrecision: 'unknown',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
    });
    expect((await ask('catalog.patients', { archive: north })).rows).toMatchObject([{ patient: person.patient }]);
    const photo = await jpegOf(cornerSamples());
    await ask('capture.keep', {
      bytes: Uint8Array.from(photo),
      context: { ...nobody, archive: south },
      takenAt: '2026-11-20T10:00:00.000Z',
      camera: 'test',
    });
    const source = join(folder, 'one');
    mkdirSync(source);
    writeFileSync(join(source, 'a.dcm'), instanceBytes({ seed: 1 }));
    await importInto(engine, [source]);
    await importInto(engine, [source], { ...nobody, archive: south });
    await importInto(engine, [source], { ...nobody, archive: null });
    const of = async (archive: ProjectArchiveKey): Promise<number> => (await ask('catalog.images', { archive })).total;
    expect([await of(north), await of(south)]).toEqual([1, 2]);
    await expect(
      ask('import.start', { paths: [source], context: { ...nobody, archive: nowhere } }),
    ).rejects.toMatchObject(refused('NOT_FOUND'));
    const before = await everything();
    await rebuilt();
    expect(await everything()).toEqual(before);
    await ask('projects.updateArchive', { archive: north, changes: { name: 'van', active: false } });
    expect((await ask('projects.list', {})).rows.flatMap((row) => row.archives.map((each) => each.isDefault))).toEqual([
      false,
      false,
    ]);
  });
});

describe('the state of a series', () => {
  it('is set with a message, listed, filtered, taken away and rebuilt', async () => {
    const [old, recent] = await patients();
    await ask('series.setStatus', {
      series: [old.seriesKey, recent.seriesKey],
      status: 'processing',
      message: '2 of 3',
    });
    await ask('series.setStatus', { series: [recent.seriesKey], status: 'QC pending' });
    const { rows } = await ask('catalog.series', { status: 'processing' });
    expect(rows).toMatchObject([{ seriesKey: old.seriesKey, status: 'processing', statusMessage: '2 of 3' }]);
    const before = await everything();
    await rebuilt();
    expect(await everything()).toEqual(before);
    await ask('series.setStatus', { series: [old.seriesKey], status: '' });
    expect((await ask('catalog.series', { status: 'processing' })).total).toBe(0);
    await expect(
      ask('series.setStatus', { series: [recent.seriesKey, SeriesKey.parse('0'.repeat(32))], status: 'done' }),
    ).rejects.toMatchObject(refused('NOT_FOUND'));
    expect((await ask('catalog.series', { status: 'QC pending' })).total).toBe(1);
  });
});

describe('as the archive API addresses it', () => {
  it('gives patients, studies and series with every field, dates as YYYY-MM-DD and null for what is missing', async () => {
    const [old, recent] = await patients();
    const { archive } = await projectWith(engine, 'north', 'van-3');
    const at = { Project: 'north', Archive: 'van-3', PatientID: 'N-1' };
    await expect(ask('grouped.patient', at)).rejects.toMatchObject(refused('GROUPED_PATIENT_NOT_FOUND'));
    await expect(ask('grouped.patient', { ...at, Archive: 'VAN-3' })).rejects.toMatchObject(refused('GROUP_NOT_FOUND'));
    await ask('projects.assign', { archive, selection: { patients: [old.patient] } });
    await ask('series.setStatus', { series: [recent.seriesKey], status: 'done', message: 'scored' });
    expect(await ask('grouped.patient', at)).toEqual({
      patient: old.patient,
      PatientID: 'N-1',
      PatientName: 'Diallo^Awa',
      PatientBirthDate: '1980-01-02',
      PatientSex: 'F',
    });
    const { rows } = await ask('grouped.studies', at);
    expect(rows.map((row) => row.StudyDate)).toEqual(['2026-01-01', '2025-01-01']);
    const study = { ...at, StudyInstanceUID: uidOf('new') };
    expect(await ask('grouped.study', study)).toEqual({
      study: recent.study,
      StudyInstanceUID: uidOf('new'),
      StudyDate: '2026-01-01',
      StudyTime: '101500',
      StudyDescription: null,
      ReferringPhysicianName: null,
      InstitutionName: null,
      AccessionNumber: null,
    });
    await expect(ask('grouped.study', { ...study, StudyInstanceUID: uidOf('other') })).rejects.toMatchObject(
      refused('GROUPED_STUDY_NOT_FOUND'),
    );
    const series = { ...study, SeriesInstanceUID: recent.SeriesInstanceUID };
    const row = await ask('grouped.series', series);
    expect(row).toMatchObject({
      seriesKey: recent.seriesKey,
      SeriesInstanceUID: recent.SeriesInstanceUID,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      SeriesDate: null,
      Manufacturer: null,
      status: 'done',
      status_message: 'scored',
      Modality: 'OT',
      SeriesNumber: 1,
      Rows: 32,
      Columns: 32,
      PhotometricInterpretation: 'MONOCHROME2',
    });
    expect((await ask('grouped.seriesOfStudy', study)).rows).toEqual([row]);
    // Retina images are addressed by their SOP Instance UID.
    expect(await ask('grouped.series', { ...study, SeriesInstanceUID: uidOf('instance 2') })).toEqual(row);
    await expect(ask('grouped.series', { ...study, SeriesInstanceUID: '1.2.3' })).rejects.toMatchObject(
      refused('GROUPED_SERIES_NOT_FOUND'),
    );
    const { cover } = recent;
    if (cover === null) throw new Error('the series has no picture');
    expect(await ask('grouped.identifiers', { image: cover })).toEqual({
      PatientID: 'N-1',
      StudyInstanceUID: uidOf('new'),
      SeriesInstanceUID: recent.SeriesInstanceUID,
      SOPInstanceUID: uidOf('instance 2'),
    });
  });

  it('takes an upload into an archive and answers with the identifiers as stored, also for the same file again', async () => {
    const { archive } = await projectWith(engine, 'north', 'van-3');
    const path = join(folder, 'upload.dcm');
    writeFileSync(path, instanceBytes({ seed: 1, PatientID: 'N-7' }));
    const uploaded = [];
    for (let times = 0; times < 2; times += 1) {
      const receiver = await Receiver.open(
        engine.context,
        { source: 'api', sourceRef: 'tablet', label: 'tablet', archive },
        unwatched,
      );
      const { image } = await receiver.take(path, 'upload.dcm');
      uploaded.push(await ask('grouped.identifiers', { image }));
    }
    expect(uploaded[0]).toMatchObject({ PatientID: 'N-7', SOPInstanceUID: uidOf('instance 1') });
    expect(uploaded[1]).toEqual(uploaded[0]);
    const at = { Project: 'north', Archive: 'van-3', PatientID: 'N-7' };
    expect((await ask('grouped.studies', at)).rows).toHaveLength(1);
  });

  it('keeps one number apart in two archives', async () => {
    const [old, recent] = await patients();
    const north = (await projectWith(engine, 'P', 'A')).archive;
    const [row] = (await ask('projects.list', {})).rows;
    if (!row) throw new Error('no project');
    const south = (await ask('projects.createArchive', { project: row.project, name: 'B' })).archive;
    await ask('projects.assign', { archive: north, selection: { studies: [old.study] } });
    await ask('projects.assign', { archive: south, selection: { series: [recent.seriesKey] } });
    const studies = async (Archive: string): Promise<(string | null)[]> =>
      (await ask('grouped.studies', { Project: 'P', Archive, PatientID: 'N-1' })).rows.map((row) => row.StudyDate);
    expect([await studies('A'), await studies('B')]).toEqual([['2025-01-01'], ['2026-01-01']]);
  });

  it('gives out all DICOM files of a series as one zip, byte for byte, through the gate', async () => {
    const [old] = await patients();
    const { archive } = await projectWith(engine, 'north', 'van-3');
    await ask('projects.assign', { archive, selection: { patients: [old.patient] } });
    const at = {
      Project: 'north',
      Archive: 'van-3',
      PatientID: 'N-1',
      StudyInstanceUID: uidOf('old'),
      SeriesInstanceUID: old.SeriesInstanceUID,
    };
    const target = join(folder, 'series.zip');
    const { job, exportKey } = await ask('grouped.dicom', { ...at, target });
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect(await ask('export.get', { exportKey })).toMatchObject({ state: 'proven', images: 1 });
    const entries = await zipEntries(target);
    const dicom = [...entries].filter(([name]) => name.endsWith('.dcm'));
    expect(dicom.map(([, bytes]) => Buffer.from(bytes))).toEqual([
      Buffer.from(
        instanceBytes({
          seed: 1,
          PatientID: 'N-1',
          PatientName: 'Diallo^Awa',
          study: uidOf('old'),
          StudyDate: '20250101',
        }),
      ),
    ]);
    await expect(ask('grouped.dicom', { ...at, target })).rejects.toMatchObject(refused('EXPORT_TARGET_NOT_EMPTY'));
    const row = await ask('patients.get', { patient: old.patient });
    await ask('patients.update', {
      patient: old.patient,
      changes: { ...row, PatientSex: 'F', temporary: false, consent: 'no' },
    });
    await expect(ask('grouped.dicom', { ...at, target: join(folder, 'no.zip') })).rejects.toMatchObject(
      refused('GROUPED_NO_DICOM'),
    );
  });

  it('gives a photo as the DICOM object made from it', async () => {
    const source = join(folder, 'photos');
    mkdirSync(source);
    writeFileSync(join(source, 'eye.jpg'), await jpegOf(cornerSamples()));
    await importInto(engine, [source], {
      ...nobody,
      archive: (await projectWith(engine, 'eyes', 'one')).archive,
    });
    const [series] = (await ask('catalog.series', {})).rows;
    if (!series?.cover) throw new Error('no series');
    const target = join(folder, 'photo.zip');
    const { job } = await ask('grouped.dicom', {
      Project: 'eyes',
      Archive: 'one',
      PatientID: series.PatientID,
      StudyInstanceUID: series.StudyInstanceUID,
      SeriesInstanceUID: series.SeriesInstanceUID,
      target,
    });
    await engine.context.jobs.settled(job);
    const [[name, bytes] = ['', new Uint8Array()]] = [...(await zipEntries(target))];
    expect(name).toMatch(/\.dcm$/);
    expect(Buffer.from(bytes)).toEqual(readFileSync(engine.context.objects.path(series.cover)));
  });
});
