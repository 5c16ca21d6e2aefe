import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPlan } from '../../../main/workers/export/run-plan';
import { filesUnder, patientOf, planOf, Stock, watched } from './plan-fixture';

let stock: Stock;
beforeEach(() => {
  stock = new Stock();
});
afterEach(() => stock.remove());

const text = (content: string): Buffer => Buffer.from(content);

describe('originals into a folder', () => {
  it('gives every file byte for byte under its own name, checked, with checksums that sha256sum accepts', async () => {
    const target = stock.target('visit');
    const jpeg = stock.store(text('jpeg bytes'));
    const images = [
      stock.image(text('one'), { fileName: 'IM0001' }),
      stock.image(text('two'), { fileName: 'im0001' }),
      stock.image(text('dicom of a photo'), { fileName: 'photo.jpg', source: jpeg }),
    ];
    const around = watched();
    const outcome = await runPlan(planOf(target, [patientOf(images)]), around);
    expect(filesUnder(target)).toEqual([
      'Doe, Jane (4711)/2026-11-21/IM0001',
      'Doe, Jane (4711)/2026-11-21/im0001 (2)',
      'Doe, Jane (4711)/2026-11-21/photo.jpg',
      'SHA256SUMS',
    ]);
    expect(readFileSync(join(target, 'Doe, Jane (4711)/2026-11-21/photo.jpg'), 'utf8')).toBe('jpeg bytes');
    expect(outcome).toMatchObject({ images: 3, files: 4, verified: 4, leftOut: [] });
    expect(
      execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: target, encoding: 'utf8' }).match(/: OK/g),
    ).toHaveLength(3);
    expect(around.progress.at(-1)).toMatchObject({ phase: 'tidying', done: 4, total: 4 });
    expect(readdirSync(dirname(target))).toEqual(['visit']);
  });

  it('takes an empty folder, and puts it together inside when systems have left things there', async () => {
    const empty = stock.target('empty');
    mkdirSync(empty);
    await runPlan(planOf(empty, [patientOf([stock.image(text('a'), { fileName: 'a' })])]), watched());
    expect(filesUnder(empty)).toContain('SHA256SUMS');

    const stick = stock.target('stick');
    mkdirSync(join(stick, 'System Volume Information'), { recursive: true });
    const around = watched();
    await runPlan(planOf(stick, [patientOf([stock.image(text('a'), { fileName: 'a' })])]), around);
    expect(around.staged).toEqual([join(stick, 'FIELDBOX.incomplete')]);
    expect(readdirSync(stick).sort()).toEqual(['Doe, Jane (4711)', 'SHA256SUMS', 'System Volume Information']);
  });

  it('never writes over anything', async () => {
    const target = stock.target();
    mkdirSync(target);
    writeFileSync(join(target, 'mine.txt'), 'mine');
    const plan = planOf(target, [patientOf([stock.image(text('a'))])]);
    await expect(runPlan(plan, watched())).rejects.toMatchObject({ code: 'EXPORT_TARGET_NOT_EMPTY' });
    await expect(runPlan({ ...plan, container: 'zip' }, watched())).rejects.toMatchObject({
      code: 'EXPORT_TARGET_NOT_EMPTY',
    });
    expect(filesUnder(dirname(target))).toHaveLength(1);
    const missing = planOf(join(target, 'no', 'such'), [patientOf([stock.image(text('a'))])]);
    await expect(runPlan(missing, watched())).rejects.toMatchObject({ code: 'EXPORT_TARGET_LOST' });
  });

  it('leaves names of an earlier, cut off export alone', async () => {
    const target = stock.target('visit');
    mkdirSync(`${target}.incomplete`);
    const around = watched();
    await runPlan(planOf(target, [patientOf([stock.image(text('a'))])]), around);
    expect(around.staged).toEqual([`${target}.2.incomplete`]);
    expect(readdirSync(dirname(target)).sort()).toEqual(['visit', 'visit.incomplete']);
  });

  it('stays within its folder whatever names say, and takes names of any length and script', async () => {
    const target = stock.target('hostile');
    const names = [
      '../../../escape',
      '/etc/passwd',
      'CON',
      'a/b\\c',
      `${'x'.repeat(300)}.dcm`,
      '\u202egpj.exe',
      '👩‍⚕️.jpg',
      '..',
      'a\nb',
      'صورة.jpg',
      ' . ',
    ];
    const images = names.map((fileName, index) => stock.image(text(`content ${String(index)}`), { fileName }));
    const outcome = await runPlan(
      planOf(target, [
        patientOf(images, { PatientName: '../..^/', PatientID: '\\..\\' }),
        patientOf([stock.image(text('x'))], { PatientName: '', PatientID: '' }),
      ]),
      watched(),
    );
    expect(outcome.images).toBe(12);
    const files = filesUnder(target);
    expect(files).toHaveLength(13);
    expect(filesUnder(dirname(target))).toHaveLength(13);
    for (const file of files) {
      for (const part of file.split('/')) {
        expect(part).not.toMatch(/^\.|[. ]$|[<>:"\\|?*]|^(con|nul)(\.|$)/i);
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(110);
      }
    }
    execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], { cwd: target });
  });

  it('leaves a damaged, a shortened and a missing file out and says so', async () => {
    const target = stock.target();
    const images = ['good', 'flipped', 'shortened', 'lengthened', 'gone'].map((content) =>
      stock.image(text(content), { fileName: content }),
    );
    const [, flipped, shortened, lengthened, gone] = images.map((image) => image.object.path);
    writeFileSync(flipped ?? '', 'flippeD');
    writeFileSync(shortened ?? '', 'short');
    appendFileSync(lengthened ?? '', '!');
    rmSync(gone ?? '');
    for (const container of ['folder', 'zip'] as const) {
      const to = container === 'zip' ? `${target}.zip` : target;
      const outcome = await runPlan(planOf(to, [patientOf(images)], { container }), watched());
      expect(outcome.images).toBe(1);
      expect(outcome.leftOut.map(({ code, object }) => [code, object])).toEqual([
        ['OBJECT_DAMAGED', images[1]?.object.sha256],
        ['OBJECT_DAMAGED', images[2]?.object.sha256],
        ['OBJECT_DAMAGED', images[3]?.object.sha256],
        ['OBJECT_MISSING', images[4]?.object.sha256],
      ]);
    }
    expect(filesUnder(target)).toEqual(['Doe, Jane (4711)/2026-11-21/good', 'SHA256SUMS']);
  });

  it('ends with EXPORT_NOTHING and nothing on the disk when no file is good', async () => {
    const target = stock.target();
    const image = stock.image(text('good'));
    writeFileSync(image.object.path, 'evil');
    await expect(runPlan(planOf(target, [patientOf([image])]), watched())).rejects.toMatchObject({
      code: 'EXPORT_NOTHING',
    });
    expect(readdirSync(dirname(target))).toEqual([]);
  });
});

describe('into a zip', () => {
  it('is read without complaint by other programs, names of any script included', async () => {
    const target = stock.target('visit.zip');
    const images = ['IM1', 'صورة.jpg', '山田.dcm', 'é.pdf'].map((fileName) =>
      stock.image(text(`content of ${fileName}`), { fileName }),
    );
    const outcome = await runPlan(planOf(target, [patientOf(images)], { container: 'zip' }), watched());
    expect(outcome).toMatchObject({ images: 4, files: 5, verified: 5 });
    const out = join(dirname(target), 'unpacked');
    execFileSync('python3', [
      '-c',
      `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
assert len(z.namelist()) == 5, z.namelist()
z.extractall(sys.argv[2])`,
      target,
      out,
    ]);
    execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], { cwd: out });
    expect(filesUnder(out)).toContain('Doe, Jane (4711)/2026-11-21/山田.dcm');
    expect(readdirSync(dirname(target)).sort()).toEqual(['unpacked', 'visit.zip']);
  });

  it('stops at what the file system can hold in one file', async () => {
    const { ZipSink } = await import('../../../main/workers/export/zip-sink');
    const target = stock.target('big.zip');
    const sink = new ZipSink(target, new Date(), 1000);
    const written = await sink.write('a', 2000, () => [Buffer.alloc(2000)]);
    await expect(
      sink.check(
        [written],
        () => undefined,
        () => undefined,
      ),
    ).rejects.toMatchObject({ code: 'EXPORT_FAT_LIMIT' });
    await sink.discard();
    expect(readdirSync(dirname(target))).toEqual([]);
  });
});

describe('stopping', () => {
  it.each(['folder', 'zip'] as const)(
    'in the middle of a %s leaves nothing behind, at whatever moment',
    async (container) => {
      const images = Array.from({ length: 6 }, (_, index) =>
        stock.image(Buffer.alloc(3_000_000, index), { fileName: `f${String(index)}` }),
      );
      for (const stopAfter of [0, 1, 5, 13, 25, 40]) {
        const target = stock.target('visit');
        const around = watched({ stopAfter });
        await expect(runPlan(planOf(target, [patientOf(images)], { container }), around)).rejects.toMatchObject({
          code: 'CANCELLED',
        });
        expect(readdirSync(dirname(target))).toEqual([]);
      }
    },
  );
});

describe('reading back', () => {
  it.each(['folder', 'zip'] as const)(
    'finds out a %s whose bytes changed after they were written',
    async (container) => {
      const target = stock.target('visit');
      const images = [
        stock.image(Buffer.alloc(100_000, 1), { fileName: 'a' }),
        stock.image(Buffer.alloc(100_000, 2), { fileName: 'b' }),
      ];
      const around = watched({
        report: ({ phase, done, total }) => {
          if (phase !== 'writing' || done !== total) return;
          const file =
            container === 'zip'
              ? `${target}.incomplete`
              : join(`${target}.incomplete`, 'Doe, Jane (4711)/2026-11-21/a');
          const bytes = readFileSync(file);
          bytes[50_000] = 77;
          writeFileSync(file, bytes);
        },
      });
      await expect(runPlan(planOf(target, [patientOf(images)], { container }), around)).rejects.toMatchObject({
        code: 'EXPORT_VERIFY_FAILED',
      });
      expect(readdirSync(dirname(target))).toEqual([]);
    },
  );

  it('finds out a folder that lost a file', async () => {
    const target = stock.target('visit');
    const images = [stock.image(text('1'), { fileName: 'a' }), stock.image(text('2'), { fileName: 'b' })];
    const around = watched({
      report: ({ phase, done }) => {
        if (phase === 'writing' && done === 2) rmSync(join(`${target}.incomplete`, 'Doe, Jane (4711)/2026-11-21/b'));
      },
    });
    await expect(runPlan(planOf(target, [patientOf(images)]), around)).rejects.toMatchObject({
      code: 'EXPORT_VERIFY_FAILED',
      details: { count: 1 },
    });
  });

  it('says that the place is lost when its folder goes away', async () => {
    const target = stock.target('visit');
    const images = ['a', 'b', 'c'].map((fileName) => stock.image(text(fileName), { fileName }));
    const around = watched({
      report: ({ phase, done }) => {
        if (phase === 'writing' && done === 1) rmSync(`${target}.incomplete`, { recursive: true });
      },
    });
    await expect(runPlan(planOf(target, [patientOf(images)]), around)).rejects.toMatchObject({
      code: 'EXPORT_TARGET_LOST',
    });
    expect(existsSync(target)).toBe(false);
  });
});
