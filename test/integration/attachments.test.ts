import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { parseFilter, parseSort } from '../../main/archive/attachments/filter';
import { actAs } from '../../main/archive/actor';
import { AttachmentQuery, type AttachmentRow } from '../../shared/contract/attachments';
import { contract, type Input, type Parsed } from '../../shared/contract';
import { FindInput } from '../../shared/contract/catalog';
import { AttachmentKey, ClinicKey, PatientKey, StudyKey, UserKey } from '../../shared/model/ids';
import { PatientInput, type PatientRow } from '../../shared/model/rows';
import { importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { writeInstances } from '../fixtures/instances';
import { pdfBytes } from '../fixtures/photo-bytes';
import { cornerSamples, jpegOf } from '../fixtures/photos';

let folder: string;
let engine: Engine;
let amina: PatientRow;
let omar: PatientRow;
const somebody = UserKey.parse('4f7a2c1e-0000-4000-8000-000000000001');
const nowhere = '00000000-0000-4000-8000-00000000abcd';

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  amina = await register('Kader^Amina');
  omar = await register('Omar^Yusuf', { consent: 'no' });
});

function register(PatientName: string, more: Partial<PatientInput> = {}): Promise<PatientRow> {
  return engine.verbs['patients.register'](
    PatientInput.parse({
      PatientName,
      PatientID: '',
      PatientSex: '',
      PatientBirthDate: '',
      birthDatePrecision: 'unknown',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
      ...more,
    }),
  );
}

type AddInput = Input<'attachments.add'>;

function add(input: AddInput): Promise<{ isNew: boolean; row: AttachmentRow }> {
  return engine.verbs['attachments.add'](contract['attachments.add'].input.parse(input));
}

async function addText(text: string, more: Partial<AddInput> & { name?: string } = {}): Promise<AttachmentRow> {
  const { name = 'note.txt', ...rest } = more;
  return (await add({ patient: amina.patient, file: { bytes: Buffer.from(text), name }, ...rest })).row;
}

async function names(query: Input<'attachments.list'>): Promise<string[]> {
  return (await engine.verbs['attachments.list'](AttachmentQuery.parse(query))).rows.map((row) => row.name);
}

/** All that the index and the log say of attachments. */
async function everything(): Promise<unknown> {
  const { db } = engine.context;
  return {
    rows: await engine.verbs['attachments.list'](AttachmentQuery.parse({ withArchived: true, perPage: 100 })),
    files: db.prepare('SELECT * FROM stored_file ORDER BY sha256').all(),
    log: db.prepare(`SELECT * FROM log WHERE subject = 'attachments' ORDER BY seq`).all().map(withoutId),
  };
}

const withoutId = (row: unknown): unknown => ({ ...(row as object), id: 0 });

describe('attaching files', () => {
  it('keeps any file unchanged, with name, size, type, time and person', async () => {
    const path = join(folder, 'Überweisung links.exe');
    writeFileSync(path, pdfBytes());
    const { isNew, row } = await actAs(somebody, () =>
      add({ patient: amina.patient, file: { path }, description: 'Überweisung 👂', pinned: true }),
    );
    expect(isNew).toBe(true);
    expect(row).toMatchObject({
      patient: amina.patient,
      cases: [],
      description: 'Überweisung 👂',
      name: 'Überweisung links.exe',
      contentType: 'application/pdf',
      bytes: pdfBytes().length,
      preview: 'pdf',
      state: 'good',
      archivedAt: null,
      by: somebody,
    });
    expect([row.pinnedAt, row.processedAt, row.updatedAt]).toEqual([row.createdAt, row.createdAt, row.createdAt]);
    expect(readFileSync(engine.context.objects.path(row.sha256))).toEqual(Buffer.from(pdfBytes()));
    expect(await engine.verbs['attachments.get']({ attachment: row.attachment })).toEqual(row);
  });

  it('stores the same bytes once, and does not give a patient the same file twice unless told to', async () => {
    const first = await addText('same');
    expect(await add({ patient: amina.patient, file: { bytes: Buffer.from('same'), name: 'b.txt' } })).toEqual({
      isNew: false,
      row: first,
    });
    const again = await addText('same', { evenIfHere: true, name: 'b.txt' });
    const others = await addText('same', { patient: omar.patient });
    expect(new Set([first, again, others].map((row) => row.attachment)).size).toBe(3);
    await engine.verbs['attachments.archive']({ attachment: first.attachment });
    await engine.verbs['attachments.archive']({ attachment: again.attachment });
    expect((await add({ patient: amina.patient, file: { bytes: Buffer.from('same'), name: 'c' } })).isNew).toBe(true);
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({ objects: 1, missing: [], orphaned: [] });
  });

  it('cleans names of folders and of what turns or hides text', async () => {
    const cleaned = async (name: string): Promise<string> => (await addText(name, { name, evenIfHere: true })).name;
    expect(await cleaned('C:\\temp\\scan 1.pdf')).toBe('scan 1.pdf');
    expect(await cleaned('../../etc/passwd')).toBe('passwd');
    expect(await cleaned('photo\u202egpj.exe')).toBe('photogpj.exe');
    expect(await cleaned('..')).toBe('file');
    expect(await cleaned(`${'x'.repeat(400)}.pdf`)).toBe(`${'x'.repeat(251)}.pdf`);
    expect(await cleaned('سمع يسار.txt')).toBe('سمع يسار.txt');
  });

  it('refuses what is empty, too large, not there or not his, and leaves nothing behind', async () => {
    const before = await everything();
    const huge = join(folder, 'huge');
    writeFileSync(huge, 'x');
    truncateSync(huge, 2 ** 32);
    const bytes = Buffer.from('x');
    writeInstances(join(folder, 'dicom'), 1);
    await importInto(engine, [join(folder, 'dicom')]);
    const { rows: studies } = await engine.verbs['catalog.studies'](FindInput.parse({ level: 'study' }));
    const study = studies[0]?.study ?? StudyKey.parse('0'.repeat(32));
    const file = { bytes, name: 'x' };
    const refusals: readonly [string, AddInput][] = [
      ['FILE_EMPTY', { patient: amina.patient, file: { bytes: new Uint8Array(0), name: 'x' } }],
      ['FILE_TOO_LARGE', { patient: amina.patient, file: { path: huge } }],
      ['FILE_TOO_LARGE', { patient: amina.patient, file: { bytes: Buffer.alloc(64 * 2 ** 20 + 1), name: 'x' } }],
      ['PATH_NOT_FOUND', { patient: amina.patient, file: { path: join(folder, 'none') } }],
      ['SPECIAL_FILE', { patient: amina.patient, file: { path: folder } }],
      ['NOT_FOUND', { patient: PatientKey.parse(nowhere), file }],
      ['NOT_FOUND', { patient: amina.patient, file, cases: [{ kind: 'visit', clinic: ClinicKey.parse(nowhere) }] }],
      [
        'NOT_FOUND',
        { patient: amina.patient, file, cases: [{ kind: 'study', study: StudyKey.parse('e'.repeat(32)) }] },
      ],
      ['CASE_OF_ANOTHER', { patient: amina.patient, file, cases: [{ kind: 'study', study }] }],
    ];
    for (const [code, input] of refusals) await expect(add(input), code).rejects.toMatchObject({ code });
    const long = (description: string): boolean =>
      contract['attachments.add'].input.safeParse({ patient: amina.patient, file, description }).success;
    expect([long('👂'.repeat(255)), long('👂'.repeat(256)), long('x'.repeat(256))]).toEqual([true, false, false]);
    expect(await everything()).toEqual(before);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
  });
});

describe('changing', () => {
  it('keeps description, pin, processing and cases, and the times of each', async () => {
    const clinic = await engine.verbs['clinics.create']({
      name: 'Outreach',
      place: 'Yola',
      firstDay: '20260301',
      lastDay: '20260303',
    });
    const visit = { kind: 'visit' as const, clinic: clinic.clinic };
    const row = await addText('letter', { processed: false, cases: [visit, visit] });
    expect(row).toMatchObject({ processedAt: null, pinnedAt: null, cases: [visit] });
    const change = (changes: Parsed<'attachments.update'>['changes']): Promise<AttachmentRow> =>
      engine.verbs['attachments.update']({ attachment: row.attachment, changes });
    const pinned = await change({ pinned: true, processed: true, description: 'left ear' });
    expect(pinned.pinnedAt).toBe(pinned.updatedAt);
    expect(pinned).toMatchObject({ description: 'left ear', processedAt: pinned.updatedAt });
    expect((await change({ pinned: true })).pinnedAt).toBe(pinned.pinnedAt);
    expect(await change({})).toEqual(await engine.verbs['attachments.get']({ attachment: row.attachment }));
    expect(await change({ pinned: false, cases: [] })).toMatchObject({ pinnedAt: null, cases: [] });
  });

  it('puts away and takes back, any number of times, without touching the bytes', async () => {
    const { attachment, sha256 } = await addText('letter');
    const put = await engine.verbs['attachments.archive']({ attachment });
    expect(put.archivedAt).toBe(put.updatedAt);
    expect(await engine.verbs['attachments.archive']({ attachment })).toEqual(put);
    expect(await names({ patient: amina.patient })).toEqual([]);
    expect(await names({ patient: amina.patient, withArchived: true })).toEqual(['note.txt']);
    expect(await engine.verbs['attachments.get']({ attachment })).toEqual(put);
    expect(readFileSync(engine.context.objects.path(sha256), 'utf8')).toBe('letter');
    expect((await engine.verbs['attachments.unarchive']({ attachment })).archivedAt).toBeNull();
    await engine.verbs['attachments.unarchive']({ attachment });
    expect(await names({ patient: amina.patient })).toEqual(['note.txt']);
    const log = engine.context.db
      .prepare<[], { code: string }>(`SELECT code FROM log WHERE subject = 'attachments'`)
      .all();
    expect(log.map(({ code }) => code)).toEqual(['ATTACHMENT_ADDED', 'ATTACHMENT_ARCHIVED', 'ATTACHMENT_RESTORED']);
  });

  it('knows no attachment that is not there', async () => {
    const attachment = AttachmentKey.parse(nowhere);
    const { verbs } = engine;
    const unknown = { code: 'NOT_FOUND' };
    await expect(verbs['attachments.get']({ attachment })).rejects.toMatchObject(unknown);
    await expect(verbs['attachments.update']({ attachment, changes: {} })).rejects.toMatchObject(unknown);
    await expect(verbs['attachments.archive']({ attachment })).rejects.toMatchObject(unknown);
    await expect(verbs['attachments.unarchive']({ attachment })).rejects.toMatchObject(unknown);
    await expect(verbs['attachments.preview']({ attachment })).rejects.toMatchObject(unknown);
    await expect(
      verbs['attachments.saveCopy']({ attachment, target: join(folder, 'x'), overwrite: false }),
    ).rejects.toMatchObject(unknown);
  });

  it('is all there again after a rebuild', async () => {
    const clinic = await engine.verbs['clinics.create']({
      name: 'A',
      place: '',
      firstDay: '20260301',
      lastDay: '20260301',
    });
    const first = await addText('one', { cases: [{ kind: 'visit', clinic: clinic.clinic }], description: 'x' });
    const second = await actAs(somebody, () => addText('two', { pinned: true }));
    await engine.verbs['attachments.archive']({ attachment: first.attachment });
    await engine.verbs['attachments.update']({ attachment: second.attachment, changes: { pinned: false } });
    const before = await everything();
    const { job } = await engine.verbs['archive.rebuild']({});
    expect((await engine.context.jobs.settled(job)).state).toBe('done');
    expect(await everything()).toEqual(before);
    engine.context.db.prepare(`UPDATE meta SET value = '0' WHERE key = 'applied_seq'`).run();
    await register('Somebody^Else');
    expect(await everything()).toEqual(before);
  });
});

describe('lists', () => {
  let rows: AttachmentRow[];
  beforeEach(async () => {
    rows = [
      await addText('a', { name: 'Audiogramm.txt', description: 'Left ear' }),
      await addText('bb', { name: 'referral.txt', description: '' }),
      await addText('ccc', { name: 'scan_1.txt', description: '50% hearing', pinned: true }),
      await actAs(somebody, () => addText('dddd', { name: 'Élodie.txt', patient: omar.patient, processed: false })),
    ];
    const { row } = await add({ patient: omar.patient, file: { bytes: Buffer.from(pdfBytes()), name: 'form.pdf' } });
    rows.push(row);
    await engine.verbs['attachments.archive']({ attachment: row.attachment });
  });

  const at = (index: number): AttachmentRow => {
    const row = rows[index];
    if (!row) throw new Error('There is no such row.');
    return row;
  };
  /** Indexes of the rows that filters as the API writes them let through, archived ones too. */
  const through = async (...filters: string[]): Promise<number[]> => {
    const found = await engine.verbs['attachments.list'](
      AttachmentQuery.parse({ filters: filters.map(parseFilter), withArchived: true }),
    );
    return found.rows.map((one) => rows.findIndex((row) => row.attachment === one.attachment));
  };

  it('filter texts: = != ~ ~~ ? !?', async () => {
    expect(await through('filename:=referral.txt')).toEqual([1]);
    expect(await through('filename:!=referral.txt')).toEqual([0, 2, 3, 4]);
    expect(await through('filename:~ELODIE')).toEqual([3]);
    expect(await through('description:~LEFT ear')).toEqual([0]);
    expect(await through('filename:~~%.txt')).toEqual([0, 1, 2, 3]);
    expect(await through('filename:~~scan_1%')).toEqual([2]);
    expect(await through('filename:~~s_an%')).toEqual([]);
    expect(await through('description:~~50% hear%')).toEqual([2]);
    expect(await through('description:?')).toEqual([0, 2]);
    expect(await through('description:!?')).toEqual([1, 3, 4]);
    expect(await through('content_type:=application/pdf')).toEqual([4]);
    expect(await through('content_type:~text')).toEqual([0, 1, 2, 3]);
  });

  it('stand patterns gone wild', async () => {
    await addText('long', { name: 'a'.repeat(255) });
    // Tried one after the other, the ways in which it might match have no end within the time limit of a test.
    expect(await through(`filename:~~${'%a'.repeat(400)}%b`)).toEqual([]);
  });

  it('filter numbers: = with lists, != >= > <= < ? !?', async () => {
    expect(await through('size:=2')).toEqual([1]);
    expect(await through('size:=1, 3')).toEqual([0, 2]);
    expect(await through('size:!=1')).toEqual([1, 2, 3, 4]);
    expect(await through('size:>=3', 'size:<=4')).toEqual([2, 3]);
    expect(await through('size:>1', 'size:<4')).toEqual([1, 2]);
    expect(await through('size:?')).toEqual([0, 1, 2, 3, 4]);
    expect(await through('size:!?')).toEqual([]);
    expect(await through(`id:=${String(at(3).number)}`)).toEqual([3]);
  });

  it('filter keys: = with lists, != ? !?', async () => {
    expect(await through(`patient_id:=${omar.patient}`)).toEqual([3, 4]);
    expect(await through(`patient_id:=${omar.patient},${amina.patient}`)).toEqual([0, 1, 2, 3, 4]);
    expect(await through(`patient_id:!=${omar.patient}`)).toEqual([0, 1, 2]);
    expect(await through(`user_id:=${somebody}`)).toEqual([3]);
    expect(await through(`user_id:!=${somebody}`)).toEqual([0, 1, 2, 4]);
    expect(await through('user_id:?')).toEqual([3]);
    expect(await through('user_id:!?')).toEqual([0, 1, 2, 4]);
  });

  it('filter times: >= > <= < ? !? *, in any zone', async () => {
    const moment = at(1).createdAt;
    const before = new Date(Date.parse(moment) - 1).toISOString();
    expect(await through(`created_at:>${before}`, `created_at:<=${moment}`)).toContain(1);
    expect(await through(`created_at:>=${moment}`)).toContain(1);
    expect(await through(`created_at:<${moment}`)).not.toContain(1);
    expect(await through('created_at:>=2020-01-01T01:00:00+01:00')).toHaveLength(5);
    expect(await through('processed_at:!?')).toEqual([3]);
    expect(await through('processed_at:?')).toEqual([0, 1, 2, 4]);
    expect(await through('pinned_at:?')).toEqual([2]);
    expect(await names({ filters: [parseFilter('archived_at:?')] })).toEqual(['form.pdf']);
    expect(await names({ filters: [parseFilter('archived_at:*')] })).toHaveLength(5);
    expect(await names({ filters: [parseFilter('archived_at:!?')] })).toHaveLength(4);
    expect(await names({})).toHaveLength(4);
  });

  it('say which part of a filter or sort is wrong', async () => {
    const wrong: readonly [string, string][] = [
      ['size:~1', 'bytes:~'],
      ['size:=many', 'bytes:='],
      ['size:>=1,2', 'bytes:>='],
      ['created_at:=2026-01-01T00:00:00Z', 'createdAt:='],
      ['created_at:>yesterday', 'createdAt:>'],
      ['created_at:>2026-13-45T00:00:00Z', 'createdAt:>'],
      ['filename:>a', 'name:>'],
      ['filename:~', 'name:~'],
      ['patient_id:=7', 'patient:='],
      ['patient_id:>7', 'patient:>'],
      ['colour:=red', 'colour:'],
      ['toString:=1', 'toString:'],
      ['size', 'size'],
      ['size:like1', 'size:'],
    ];
    for (const [filter, part] of wrong) {
      await expect(through(filter), filter).rejects.toMatchObject({ code: 'FILTER_WRONG', details: { part } });
    }
    expect(() => parseSort('size:up')).toThrow(expect.objectContaining({ code: 'FILTER_WRONG' }) as Error);
  });

  it('sort by several fields, oldest first when not told, and what has no value last', async () => {
    const sorted = (sort: string): Promise<string[]> => names({ sort: parseSort(sort) });
    expect(await names({})).toEqual(['Audiogramm.txt', 'referral.txt', 'scan_1.txt', 'Élodie.txt']);
    expect(await sorted('size:desc')).toEqual(['Élodie.txt', 'scan_1.txt', 'referral.txt', 'Audiogramm.txt']);
    expect(await sorted('filename')).toEqual(['Audiogramm.txt', 'Élodie.txt', 'referral.txt', 'scan_1.txt']);
    expect(await sorted('pinned_at:desc,id:desc')).toEqual([
      'scan_1.txt',
      'Élodie.txt',
      'referral.txt',
      'Audiogramm.txt',
    ]);
    expect(await sorted('content_type,size:desc')).toEqual(await sorted('size:desc'));
  });

  it('come in pages of 1 to 100', async () => {
    const page = (number: number, perPage: number) =>
      engine.verbs['attachments.list'](AttachmentQuery.parse({ page: number, perPage }));
    expect(await page(2, 3)).toMatchObject({ total: 4, page: 2, pages: 2, rows: [{ name: 'Élodie.txt' }] });
    expect((await page(9, 3)).rows).toEqual([]);
    const allowed = (input: object): boolean => AttachmentQuery.safeParse(input).success;
    expect([0, 1, 100, 101, 1.5].map((perPage) => allowed({ perPage }))).toEqual([false, true, true, false, false]);
    expect([0, 1].map((number) => allowed({ page: number }))).toEqual([false, true]);
    expect(AttachmentQuery.parse({}).perPage).toBe(50);
  });

  it('are those of a patient, a study or a visit', async () => {
    writeInstances(join(folder, 'dicom'), 1);
    await importInto(engine, [join(folder, 'dicom')]);
    const { rows: studies } = await engine.verbs['catalog.studies'](FindInput.parse({ level: 'study' }));
    const { study, patient } = studies[0] ?? { study: StudyKey.parse('0'.repeat(32)), patient: amina.patient };
    const clinic = await engine.verbs['clinics.create']({
      name: 'A',
      place: '',
      firstDay: '20260301',
      lastDay: '20260301',
    });
    const visit = { kind: 'visit' as const, clinic: clinic.clinic };
    await addText('of both', { patient, name: 'both', cases: [{ kind: 'study', study }, visit] });
    await addText('of the visit', { name: 'visit', cases: [visit] });
    expect(await names({ case: { kind: 'study', study } })).toEqual(['both']);
    expect(await names({ case: visit })).toEqual(['both', 'visit']);
    expect(await names({ case: visit, patient: amina.patient })).toEqual(['visit']);
    expect(await names({ patient: omar.patient })).toEqual(['Élodie.txt']);
    for (const query of [
      { patient: PatientKey.parse(nowhere) },
      { case: { kind: 'visit' as const, clinic: ClinicKey.parse(nowhere) } },
      { case: { kind: 'study' as const, study: StudyKey.parse('e'.repeat(32)) } },
    ]) {
      await expect(names(query)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('showing', () => {
  const preview = (row: AttachmentRow) => engine.verbs['attachments.preview']({ attachment: row.attachment });
  const addBytes = async (bytes: Uint8Array, name: string): Promise<AttachmentRow> =>
    (await add({ patient: amina.patient, file: { bytes: Buffer.from(bytes), name } })).row;

  it('gives the beginning of a text in the right letters', async () => {
    expect(await preview(await addBytes(Buffer.from('Gehör: 40 dB\r\nسمع\0\n'), 'a'))).toEqual({ kind: 'none' });
    expect(await preview(await addBytes(Buffer.from('Gehör\r\nسمع\x1b[2J'), 'a'))).toEqual({
      kind: 'text',
      text: 'Gehör\nسمع\ufffd[2J',
      encoding: 'utf-8',
      cut: false,
    });
    expect(await preview(await addBytes(Buffer.from('oído', 'latin1'), 'b'))).toMatchObject({
      text: 'oído',
      encoding: 'windows-1252',
    });
    expect(await preview(await addBytes(Buffer.from('\ufeffoído', 'utf16le'), 'c'))).toMatchObject({
      text: 'oído',
      encoding: 'utf-16le',
    });
    const long = await preview(await addBytes(Buffer.from(`${'x'.repeat(256 * 1024 - 1)}é${'y'.repeat(9)}`), 'd'));
    expect(long).toMatchObject({ encoding: 'utf-8', cut: true });
    expect(long.kind === 'text' && long.text.length).toBe(256 * 1024 - 1);
  });

  it('gives pictures as JPEG and PDFs as they came, and nothing else', async () => {
    const photo = await addBytes(await jpegOf(cornerSamples(64, 48)), 'ear.jpg');
    const pdf = await addBytes(pdfBytes(), 'letter.pdf');
    const page = await addBytes(Buffer.from('<html><script>alert(1)</script>'), 'page.pdf');
    expect(await preview(photo)).toEqual({ kind: 'image' });
    expect(await preview(pdf)).toEqual({ kind: 'pdf' });
    expect(await preview(page)).toEqual({ kind: 'none' });
    const jpeg = Buffer.from(await engine.attachments.picture(photo.attachment));
    expect(jpeg.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(Buffer.from(await engine.attachments.document(pdf.attachment))).toEqual(Buffer.from(pdfBytes()));
    await expect(engine.attachments.document(page.attachment)).rejects.toMatchObject({ code: 'NO_PREVIEW' });
    await expect(engine.attachments.picture(pdf.attachment)).rejects.toMatchObject({ code: 'NO_PREVIEW' });
    rmSync(engine.context.objects.path(pdf.sha256));
    await expect(engine.attachments.document(pdf.attachment)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
  });
});

describe('saving a copy', () => {
  it('writes the same bytes, outside of the archive, over nothing unless told to', async () => {
    const { attachment } = await addText('letter');
    const target = join(folder, 'copy.txt');
    const save = (path: string, overwrite = false) =>
      engine.verbs['attachments.saveCopy']({ attachment, target: path, overwrite });
    expect(await save(target)).toEqual({ path: target, bytes: 6 });
    expect(readFileSync(target, 'utf8')).toBe('letter');
    await expect(save(target)).rejects.toMatchObject({ code: 'EXPORT_TARGET_NOT_EMPTY' });
    writeFileSync(target, 'old');
    await save(target, true);
    expect(readFileSync(target, 'utf8')).toBe('letter');
    await expect(save(folder, true)).rejects.toMatchObject({ code: 'EXPORT_TARGET_NOT_EMPTY' });
    await expect(save('copy.txt')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(save(join(folder, 'none', 'x'))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(save(join(engine.context.paths.objects, 'x'))).rejects.toMatchObject({
      code: 'EXPORT_INSIDE_ARCHIVE',
    });
    expect(readdirSync(folder).sort()).toEqual(['archive', 'copy.txt']);
    const saved = engine.context.db.prepare(`SELECT 1 FROM log WHERE code = 'ATTACHMENT_SAVED'`).all();
    expect(saved).toHaveLength(2);
  });

  it('is refused when the patient said no, or the bytes are no longer good', async () => {
    const target = join(folder, 'copy.txt');
    const save = ({ attachment }: AttachmentRow) =>
      engine.verbs['attachments.saveCopy']({ attachment, target, overwrite: false });
    await expect(save(await addText('mine', { patient: omar.patient }))).rejects.toMatchObject({
      code: 'CONSENT_REFUSED',
    });
    const rotten = await addText('rotten');
    writeFileSync(engine.context.objects.path(rotten.sha256), 'ROTTEN');
    await expect(save(rotten)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
    await engine.verifyNow(true, unwatched);
    expect(await engine.verbs['attachments.get'](rotten)).toMatchObject({ state: 'corrupt' });
    await expect(save(rotten)).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect(readdirSync(folder)).toEqual(['archive']);
  });
});
