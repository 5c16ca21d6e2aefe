import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { indexPage } from '../../../main/workers/export/index-page';
import { runPlan } from '../../../main/workers/export/run-plan';
import { MAX_FRAMES } from '../../../main/workers/export/write-pictures';
import { filesUnder, patientOf, plainPictures, planOf, Stock, watched } from './plan-fixture';

let stock: Stock;
beforeEach(() => {
  stock = new Stock();
});
afterEach(() => stock.remove());

const PDF = '1.2.840.10008.5.1.4.1.1.104.1';
const text = (content: string): Buffer => Buffer.from(content);

describe('pictures', () => {
  it('gives one file an image, a folder of frames, PDFs, thumbnails and a page that links them all', async () => {
    const target = stock.target('visit');
    const images = [
      stock.image(text('a'), { kind: 'Headshot' }),
      stock.image(text('b'), { frames: 3, InstanceNumber: '2' }),
      stock.image(text('c'), {
        SOPClassUID: PDF,
        hasPixels: false,
        InstanceNumber: '3',
        source: stock.store(text('%PDF-1.7 source')),
      }),
      stock.image(text('d'), { SOPClassUID: PDF, hasPixels: false, InstanceNumber: '4' }),
    ];
    const outcome = await runPlan(planOf(target, [patientOf(images)], { form: 'pictures' }), watched());
    const folder = 'Doe, Jane (4711)/2026-11-21';
    expect(filesUnder(target)).toEqual([
      `${folder}/Headshot 0001.png`,
      `${folder}/OT test 0002/0001.png`,
      `${folder}/OT test 0002/0002.png`,
      `${folder}/OT test 0002/0003.png`,
      `${folder}/OT test 0003.pdf`,
      `${folder}/OT test 0004.pdf`,
      'SHA256SUMS',
      'index.html',
      'thumbnails/000001.jpg',
      'thumbnails/000002.jpg',
    ]);
    expect(readFileSync(join(target, folder, 'OT test 0003.pdf'), 'utf8')).toBe('%PDF-1.7 source');
    expect(outcome).toMatchObject({ images: 4, files: 10, verified: 10, leftOut: [] });
    execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], { cwd: target });
    const page = readFileSync(join(target, 'index.html'), 'utf8');
    const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => decodeURIComponent(match[1] ?? ''));
    expect(links).toHaveLength(1 + 1 + 1 + 1 + 3 + 1 + 1);
    for (const link of links) expect(existsSync(join(target, link)), link).toBe(true);
    expect(page).not.toMatch(/https?:|<script/);
  });

  it('names what is no picture, and never gives fewer frames in silence', async () => {
    const target = stock.target('visit');
    const failing = {
      ...plainPictures,
      picture: async (path: string, frame: number, withThumbnail: boolean) => {
        const content = readFileSync(path, 'utf8');
        if (content === 'broken' || (content === 'half' && frame > 0)) throw new FieldboxError('PIXELS_DAMAGED');
        if (content === 'liar' && frame >= 2) throw new FieldboxError('NO_SUCH_FRAME', { frame, frames: 2 });
        return plainPictures.picture(path, frame, withThumbnail);
      },
    };
    const images = [
      stock.image(text('report'), { hasPixels: false }),
      stock.image(text('broken')),
      stock.image(text('half'), { frames: 3 }),
      stock.image(text('liar'), { frames: 1_000_000 }),
      stock.image(text('long'), { frames: MAX_FRAMES + 1 }),
      stock.image(text('good')),
    ];
    const outcome = await runPlan(
      planOf(target, [patientOf(images)], { form: 'pictures' }),
      watched({ pictures: failing }),
    );
    expect(outcome.images).toBe(4);
    expect(outcome.leftOut.map(({ code }) => code)).toEqual([
      'EXPORT_NO_PICTURE',
      'PIXELS_DAMAGED',
      'PIXELS_DAMAGED',
      'NO_SUCH_FRAME',
      'EXPORT_FRAMES_LIMITED',
    ]);
    expect(filesUnder(target).filter((file) => file.endsWith('.png'))).toHaveLength(1 + 2 + MAX_FRAMES + 1);
    const page = readFileSync(join(target, 'index.html'), 'utf8');
    expect(page.match(/class="reason"/g)).toHaveLength(5);
    expect(page).toContain('This item holds no picture');
    expect(page).not.toMatch(/\{\w+\}/);
  });

  it('says EXPORT_NOTHING when not one picture could be made', async () => {
    const target = stock.target('visit');
    const plan = planOf(target, [patientOf([stock.image(text('x'), { hasPixels: false })])], { form: 'pictures' });
    await expect(runPlan(plan, watched())).rejects.toMatchObject({ code: 'EXPORT_NOTHING' });
    expect(existsSync(target)).toBe(false);
  });
});

describe('the page', () => {
  const hostile = `"><img src=x onerror=alert(1)><script>alert('1')</script>&amp;\u202e`;

  function pageOf(name: string): string {
    const item = {
      label: name,
      date: '2026-11-21',
      frames: 2,
      files: [`${name}/1.png`, `${name}/2.png`],
      thumbnail: `${name}/t.jpg`,
      reason: null,
    };
    const patient = { name, number: name, birthDate: name, sex: name, items: [item] };
    return Buffer.concat([
      ...indexPage({ madeAt: '2026-11-21T00:00:00.000Z', version: name, images: 1 }, [patient]),
    ]).toString('utf8');
  }

  it('escapes everything that comes from images', () => {
    const page = pageOf(hostile);
    const plain = pageOf('plain');
    const tags = (html: string): string[] => [...html.matchAll(/<(\/?[a-z0-9!]+)/gi)].map((match) => match[1] ?? '');
    expect(tags(page)).toEqual(tags(plain));
    const elements = page.match(/<[^>]*>/g) ?? [];
    expect(elements.filter((element) => / on\w+=/.test(element.replace(/"[^"]*"/g, '""')))).toEqual([]);
    for (const match of page.matchAll(/(?:href|src)="([^"]*)"/g)) expect(match[1]).not.toMatch(/^(?:[a-z]+:|\/)/i);
  });

  it('encodes addresses part by part', () => {
    const page = pageOf('a#b?c%d/../e');
    expect(page).toContain('href="a%23b%3Fc%25d/../e/1.png"');
    expect(pageOf('javascript:alert(1)')).toContain('href="javascript%3Aalert(1)/1.png"');
  });

  it('speaks four languages, one at a time, and Arabic from the right', () => {
    const page = pageOf('x');
    for (const word of ['Medical images', 'Imágenes médicas', 'Images médicales', 'صور طبية'])
      expect(page).toContain(word);
    expect(page).toContain('#ar:checked ~ main { direction: rtl; }');
    expect(page.match(/type="radio"/g)).toHaveLength(4);
  });
});
