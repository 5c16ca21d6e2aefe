import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Committer } from '../../main/archive/committer';
import type { EngineContext } from '../../main/archive/context';
import { openDatabase } from '../../main/archive/database/open-database';
import { createRelease, runExport, type ExportRequest } from '../../main/archive/export';
import { Arrivals } from '../../main/archive/arrivals';
import { JobBoard } from '../../main/archive/jobs/job-board';
import { ObjectStore } from '../../main/archive/objects/object-store';
import { archivePaths } from '../../main/archive/paths';
import { RecordChain } from '../../main/archive/records/chain';
import type { RecordBody } from '../../main/archive/records/record';
import { BufferSource } from '../../main/dicom/buffer-source';
import { extractIndex } from '../../main/dicom/index-attributes';
import { readDicom } from '../../main/dicom/reader';
import { DataSetBuilder, writePart10 } from '../../main/dicom/writer';
import { WorkerPool } from '../../main/workers/pool';
import { ExportSelection } from '../../shared/contract/release';
import { ClinicKey, ExportKey, ImageId, PatientKey, SeriesKey, StudyKey } from '../../shared/model/ids';
import { filesUnder } from '../unit/export/plan-fixture';

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';

/** An archive with the engine's own parts and without its pipeline: objects are put in by records. */
class Archive {
  readonly root = mkdtempSync(join(tmpdir(), 'fieldbox-release-'));
  readonly paths = archivePaths(join(this.root, 'archive'));
  private readonly closers: (() => Promise<void> | void)[] = [];

  async open(): Promise<EngineContext> {
    for (const folder of [this.paths.objects, this.paths.incoming, this.paths.backups])
      mkdirSync(folder, { recursive: true });
    const now = (): Date => new Date();
    const chain = await RecordChain.open(this.paths.records, randomBytes(32), this.paths.quarantine);
    const { db } = await openDatabase(this.paths, now());
    const objects = new ObjectStore(this.paths.objects);
    const readAttributes = (path: string) =>
      Promise.resolve(extractIndex(readDicom(new BufferSource(readFileSync(path)))));
    const committer = new Committer(this.paths, db, chain, objects, readAttributes, now);
    const jobs = new JobBoard(() => undefined, now);
    const pool = new WorkerPool(1);
    this.closers.push(
      () => jobs.close(),
      () => chain.close(),
      () => void db.close(),
      () => pool.close(),
    );
    return {
      paths: this.paths,
      db,
      objects,
      pool,
      jobs,
      arrivals: new Arrivals(),
      archiveId: randomUUID(),
      version: '0.0.0',
      now,
      commit: (records, incoming) => committer.commit(records, incoming),
      restore: (sha256) => committer.restore(sha256),
      emit: () => undefined,
      whenChanged: () => undefined,
      listen: () => () => undefined,
      proofsOf: () => [],
    };
  }

  incoming(bytes: Uint8Array): ImageId {
    const sha256 = ImageId.parse(createHash('sha256').update(bytes).digest('hex'));
    writeFileSync(join(this.paths.incoming, sha256), bytes);
    return sha256;
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

let archive: Archive;
let ctx: EngineContext;
beforeEach(async () => {
  archive = new Archive();
  ctx = await archive.open();
});
afterEach(() => archive.close());

interface Added {
  readonly image: ImageId;
  readonly patient: PatientKey;
  readonly study: StudyKey;
  readonly series: SeriesKey;
}

async function add(
  patientId: string,
  study: string,
  more: Partial<RecordBody<'object.stored'>> = {},
  photo?: Buffer,
): Promise<Added> {
  const uid = `1.2.3.${String(Math.floor(Math.random() * 2 ** 48))}`;
  const dataset = new DataSetBuilder()
    .set('SOPClassUID', SECONDARY_CAPTURE)
    .set('SOPInstanceUID', uid)
    .set('StudyInstanceUID', `1.2.${study}`)
    .set('SeriesInstanceUID', `1.2.${study}.1`)
    .set('Modality', 'OT')
    .set('StudyDate', '20261120')
    .set('PatientID', patientId)
    .set('PatientName', `Name^${patientId}`)
    .set('Rows', 1)
    .set('Columns', 1)
    .set('PixelData', Uint8Array.of(1, 2), 'OW');
  const bytes = writePart10(
    { sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: uid, transferSyntaxUID: EXPLICIT_LE },
    dataset,
  );
  const image = archive.incoming(bytes);
  const source = photo ? archive.incoming(photo) : null;
  const body: RecordBody<'object.stored'> = {
    image,
    bytes: bytes.length,
    sourceObject: source === null || !photo ? null : { sha256: source, bytes: photo.length },
    source: 'file',
    session: null,
    path: `/in/${image.slice(0, 4)}.dcm`,
    entry: '',
    patient: null,
    clinic: null,
    station: null,
    kind: null,
    takenAt: null,
    ...more,
  };
  const incoming = [{ sha256: image, bytes: bytes.length, role: 'instance' as const }];
  await ctx.commit(
    [{ type: 'object.stored', body }],
    source === null || !photo ? incoming : [...incoming, { sha256: source, bytes: photo.length, role: 'source' }],
  );
  const row = ctx.db
    .prepare<[string], { patient: string; study: string; series: string }>(
      `SELECT patient.key AS patient, study.key AS study, series.key AS series FROM image JOIN patient ON patient.id = image.patient_id
       JOIN study ON study.id = image.study_id JOIN series ON series.id = image.series_id WHERE object = ?`,
    )
    .get(image);
  return {
    image,
    patient: PatientKey.parse(row?.patient),
    study: StudyKey.parse(row?.study),
    series: SeriesKey.parse(row?.series),
  };
}

function request(selection: Partial<ExportSelection>, more: Partial<ExportRequest> = {}): ExportRequest {
  return {
    selection: ExportSelection.parse(selection),
    form: 'originals',
    container: 'folder',
    target: join(mkdtempSync(join(archive.root, 'out-')), 'visit'),
    ...more,
  };
}

const unwatched = { signal: new AbortController().signal, update: () => undefined };

function refuse(patient: PatientKey, id: string): Promise<void> {
  return ctx.commit([
    {
      type: 'patient.saved',
      body: {
        patient,
        PatientID: id,
        IssuerOfPatientID: '',
        PatientName: `Name^${id}`,
        PatientBirthDate: '',
        PatientSex: '',
        birthDatePrecision: 'unknown',
        ageYears: null,
        ageOn: null,
        temporary: false,
        consent: 'no',
        note: '',
      },
    },
  ]);
}

describe('what goes out', () => {
  it('is chosen by patient, study, series, image and clinic day, each image once', async () => {
    const clinic = ClinicKey.parse(randomUUID());
    await ctx.commit([
      { type: 'clinic.saved', body: { clinic, name: 'Camp', place: '', firstDay: '20261101', lastDay: '20261130' } },
    ]);
    const a1 = await add('A', '1');
    const a2 = await add('A', '2');
    const b1 = await add('B', '3', { clinic, takenAt: '2026-11-21T23:30:00.000+05:00' });
    const b2 = await add('B', '3', { clinic });
    const verbs = createRelease(ctx);
    const counted = async (selection: Partial<ExportSelection>): Promise<number> =>
      (await verbs['export.preview']({ selection: ExportSelection.parse(selection), form: 'media' })).images;
    expect(await counted({ patients: [a1.patient] })).toBe(2);
    expect(await counted({ studies: [a2.study] })).toBe(1);
    expect(await counted({ series: [b1.series] })).toBe(2);
    expect(await counted({ images: [b2.image, b2.image] })).toBe(1);
    expect(await counted({ clinicDays: [{ clinic, day: null }] })).toBe(2);
    expect(await counted({ clinicDays: [{ clinic, day: '20261121' }] })).toBe(1);
    expect(await counted({ clinicDays: [{ clinic, day: '20261120' }] })).toBe(1);
    expect(await counted({ patients: [a1.patient, b1.patient], studies: [a1.study], images: [b1.image] })).toBe(4);
    expect(await counted({})).toBe(0);
    const missing = ExportSelection.parse({ patients: [randomUUID()] });
    await expect(verbs['export.preview']({ selection: missing, form: 'media' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('is held back when the patient said no or the file is damaged, and the result says so', async () => {
    const open = await add('A', '1');
    const damaged = await add('A', '1');
    const closed = await add('B', '2');
    await refuse(closed.patient, 'B');
    ctx.db.prepare(`UPDATE object SET state = 'corrupt' WHERE sha256 = ?`).run(damaged.image);
    const selection = { patients: [open.patient, closed.patient] };
    const leftOut = [
      { image: damaged.image, code: 'OBJECT_DAMAGED' },
      { image: closed.image, code: 'CONSENT_REFUSED' },
    ];
    const preview = await createRelease(ctx)['export.preview']({
      selection: ExportSelection.parse(selection),
      form: 'media',
    });
    expect(preview).toMatchObject({ patients: 1, studies: 1, images: 1, leftOut });
    const result = await runExport(ctx, request(selection, { form: 'media' }), unwatched);
    expect(result).toMatchObject({ state: 'proven', images: 1, leftOut, error: null });
    await expect(runExport(ctx, request({ images: [closed.image] }), unwatched)).rejects.toMatchObject({
      code: 'EXPORT_NOTHING',
    });
  });

  it('leaves a file out that turns out to be damaged, and the archive remembers', async () => {
    const good = await add('A', '1');
    const bad = await add('A', '1');
    const path = ctx.objects.path(bad.image);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = 99;
    writeFileSync(path, bytes);
    const result = await runExport(ctx, request({ patients: [good.patient] }, { container: 'zip' }), unwatched);
    expect(result).toMatchObject({
      state: 'proven',
      images: 1,
      leftOut: [{ image: bad.image, code: 'OBJECT_DAMAGED' }],
    });
    expect(ctx.db.prepare('SELECT state FROM object WHERE sha256 = ?').pluck().get(bad.image)).toBe('corrupt');
  });
});

describe('an export', () => {
  it('of originals gives photos as the files they were and DICOM as stored', async () => {
    const photo = Buffer.from('\u00ff\u00d8\u00ff photo', 'latin1');
    const dicom = await add('A', '1');
    const made = await add('A', '1', { path: '/in/DCIM/IMG_1.JPG' }, photo);
    const captured = await add(
      'A',
      '1',
      { path: '', source: 'camera' },
      Buffer.from('\u00ff\u00d8\u00ff camera', 'latin1'),
    );
    const asked = request({ patients: [dicom.patient] });
    const result = await runExport(ctx, asked, unwatched);
    expect(result).toMatchObject({ state: 'proven', images: 3, files: 4, verified: 4 });
    const folder = join(asked.target, 'Name, A (A)', '2026-11-20');
    expect(readdirSync(folder).sort()).toEqual(['IMG_1.JPG', 'OT.jpg', `${dicom.image.slice(0, 4)}.dcm`].sort());
    expect(readFileSync(join(folder, 'IMG_1.JPG')).equals(photo)).toBe(true);
    expect(
      readFileSync(join(folder, `${dicom.image.slice(0, 4)}.dcm`)).equals(readFileSync(ctx.objects.path(dicom.image))),
    ).toBe(true);
    expect(existsSync(ctx.objects.path(made.image)) && existsSync(ctx.objects.path(captured.image))).toBe(true);
    execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], { cwd: asked.target });
  });

  it('started as a job is shown while it runs, when it is done, and after the index knows it by its record', async () => {
    const { patient } = await add('A', '1');
    const verbs = createRelease(ctx);
    const { job, exportKey } = await verbs['export.start'](
      request({ patients: [patient] }, { form: 'media', container: 'zip' }),
    );
    expect((await verbs['export.get']({ exportKey })).state).toBe('running');
    expect(await ctx.jobs.settled(job)).toMatchObject({ state: 'done', type: 'export', exportKey });
    const result = await verbs['export.get']({ exportKey });
    expect(result).toMatchObject({ state: 'proven', images: 1, files: 4, verified: 4, error: null });
    expect((await verbs['export.list']({ limit: 10 })).rows).toEqual([result]);
    await expect(verbs['export.get']({ exportKey: ExportKey.parse(randomUUID()) })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('that is cancelled or fails ends so, as job and as result, and can be tried again', async () => {
    const { patient } = await add('A', '1');
    const verbs = createRelease(ctx);
    const asked = request({ patients: [patient] });
    const first = await verbs['export.start'](asked);
    ctx.jobs.cancel(first.job);
    expect(await ctx.jobs.settled(first.job)).toMatchObject({ state: 'cancelled' });
    expect(await verbs['export.get'](first)).toMatchObject({
      state: 'cancelled',
      images: 0,
      error: { code: 'CANCELLED' },
    });
    expect(existsSync(asked.target)).toBe(false);
    const again = await runExport(ctx, asked, unwatched);
    expect(again.state).toBe('proven');
    expect((await verbs['export.list']({ limit: 10 })).rows.map((row) => row.state)).toEqual(['proven', 'cancelled']);
  });

  it('that a crash cut off shows as interrupted', async () => {
    const { patient } = await add('A', '1');
    const result = await runExport(ctx, request({ patients: [patient] }), unwatched);
    const exportKey = result.exportKey;
    ctx.db
      .prepare('UPDATE export SET result = ?')
      .run(JSON.stringify({ ...result, state: 'running', finishedAt: null }));
    expect(await createRelease(ctx)['export.get']({ exportKey })).toMatchObject({ state: 'interrupted' });
  });
});

describe('a destination', () => {
  it('inside the archive, taken, relative or gone is refused before anything is written', async () => {
    const { patient } = await add('A', '1');
    const refused = (target: string, container: 'folder' | 'zip' = 'folder'): Promise<unknown> =>
      runExport(ctx, request({ patients: [patient] }, { target, container }), unwatched);
    const link = join(archive.root, 'link');
    symlinkSync(archive.paths.root, link);
    await expect(refused(join(archive.paths.root, 'x'))).rejects.toMatchObject({ code: 'EXPORT_INSIDE_ARCHIVE' });
    await expect(refused(join(link, 'objects', 'x'))).rejects.toMatchObject({ code: 'EXPORT_INSIDE_ARCHIVE' });
    await expect(refused('relative/x')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(refused(join(archive.root, 'no', 'such'))).rejects.toMatchObject({ code: 'EXPORT_TARGET_LOST' });
    const file = join(archive.root, 'file');
    writeFileSync(file, 'mine');
    await expect(refused(file)).rejects.toMatchObject({ code: 'EXPORT_TARGET_NOT_EMPTY' });
    await expect(refused(file, 'zip')).rejects.toMatchObject({ code: 'EXPORT_TARGET_NOT_EMPTY' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(filesUnder(archive.paths.objects)).toHaveLength(1);
    expect((await createRelease(ctx)['export.list']({ limit: 10 })).rows).toEqual([]);
  });

  it('with too little room is refused before anything is written', async () => {
    const { image } = await add('A', '1');
    ctx.db.prepare('UPDATE image SET bytes = ? WHERE object = ?').run(2 ** 52, image);
    const error = await runExport(ctx, request({ images: [image] }), unwatched).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'EXPORT_TARGET_FULL' });
  });
});
