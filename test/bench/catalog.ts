import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FindInput } from '../../shared/contract/catalog';
import { find } from '../../main/archive/catalog';
import { emptyCatalog } from '../fixtures/catalog';
import { fillCatalog, randomNumbers } from '../fixtures/large-catalog';

/** Milliseconds: issue "search by name prefix and by wildcard at 100,000 images". */
const GOAL = 20;
const ROUNDS = 200;

const random = randomNumbers(7);
const letters = 'abcdefghiklmnorstuwz';
const letter = (): string => letters.charAt(Math.floor(random() * letters.length));
const word = (length: number): string => Array.from({ length }, letter).join('');

type Question = () => Parameters<typeof FindInput.parse>[0];

const questions: Readonly<Record<string, Question>> = {
  'patients, text, 1 letter': () => ({ level: 'patient', text: letter() }),
  'patients, text, 2 letters': () => ({ level: 'patient', text: word(2) }),
  'patients, text, 4 letters (mostly wrong)': () => ({ level: 'patient', text: word(4) }),
  'patients, text, misspelt name': () => ({ level: 'patient', text: `${word(1)}ambagz ${word(1)}orixo` }),
  'patients, text, two words': () => ({ level: 'patient', text: `${word(2)} ${letter()}` }),
  'patients, PatientName=ab*': () => ({ level: 'patient', match: [{ key: 'PatientName', value: `${word(2)}*` }] }),
  'patients, PatientName=*abc*': () => ({ level: 'patient', match: [{ key: 'PatientName', value: `*${word(3)}*` }] }),
  'patients, PatientName=*ma*': () => ({ level: 'patient', match: [{ key: 'PatientName', value: `*${word(2)}*` }] }),
  'patients, PatientName=?a*b': () => ({
    level: 'patient',
    match: [{ key: 'PatientName', value: `?${letter()}*${letter()}` }],
  }),
  'patients, PatientID=*nn*': () => ({
    level: 'patient',
    match: [{ key: 'PatientID', value: `*${String(Math.floor(random() * 1000))}*` }],
  }),
  'patients, first page': () => ({ level: 'patient' }),
  'studies, first page': () => ({ level: 'study' }),
  'series, first page': () => ({ level: 'series' }),
  'images, first page': () => ({ level: 'image' }),
  'patients, page at any depth': () => ({ level: 'patient', offset: Math.floor(random() * 20000) }),
  'studies, text': () => ({ level: 'study', text: word(2) }),
  'studies, text, description': () => ({ level: 'study', text: 'chest' }),
  'images, text, 2 letters': () => ({ level: 'image', text: word(2) }),
  'images, text, frequent word': () => ({ level: 'image', text: 'chest', sort: 'StudyDate', descending: true }),
  'images, PatientName=ab*': () => ({ level: 'image', match: [{ key: 'PatientName', value: `${word(2)}*` }] }),
  'images, PatientName=*abc*': () => ({
    level: 'image',
    match: [{ key: 'PatientName', value: `*${word(3)}*` }],
    sort: 'PatientName',
  }),
  'images, PatientName=*a*': () => ({ level: 'image', match: [{ key: 'PatientName', value: `*${letter()}*` }] }),
  'images, PatientID=TJ-0*': () => ({
    level: 'image',
    match: [{ key: 'PatientID', value: `TJ-0${String(Math.floor(random() * 100))}*` }],
  }),
  'images, StudyDate=a month': () => ({ level: 'image', match: [{ key: 'StudyDate', value: '20210301-20210331' }] }),
  'studies, StudyDescription=*chest*': () => ({
    level: 'study',
    match: [{ key: 'StudyDescription', value: '*chest*' }],
  }),
  'images, SeriesDescription=c*': () => ({
    level: 'image',
    match: [{ key: 'SeriesDescription', value: `${letter()}*` }],
  }),
  'images, PatientAge=0nnY (no column)': () => ({
    level: 'image',
    match: [{ key: 'PatientAge', value: `0${String(Math.floor(10 + random() * 80))}Y` }],
  }),
  'images, by arrival, any depth': () => ({
    level: 'image',
    sort: 'arrival',
    descending: true,
    offset: Math.floor(random() * 100000),
  }),
  'images, by study date, any depth': () => ({
    level: 'image',
    sort: 'StudyDate',
    descending: true,
    offset: Math.floor(random() * 100000),
  }),
  'images, by content date, any depth': () => ({
    level: 'image',
    sort: 'ContentDate',
    offset: Math.floor(random() * 100000),
  }),
  'images, by name, any depth': () => ({ level: 'image', sort: 'PatientName', offset: Math.floor(random() * 100000) }),
  'images, by modality, any depth': () => ({ level: 'image', sort: 'Modality', offset: Math.floor(random() * 100000) }),
  'images, of the camera, by name': () => ({ level: 'image', source: 'camera', sort: 'PatientName' }),
};

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-'));
try {
  const db = emptyCatalog(join(folder, 'index.sqlite'));
  const started = performance.now();
  fillCatalog(db, { patients: 20_000, studies: 30_000, series: 40_000, images: 100_000 });
  process.stderr.write(`filled in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  const touch = db.prepare(
    `INSERT INTO meta (key, value) VALUES ('bench', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  for (const [name, question] of Object.entries(questions)) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const input = FindInput.parse(question());
      touch.run(String(round)); // no total is remembered from the round before
      const from = performance.now();
      find(db, input);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    const ratio = at(0.99) / GOAL;
    process.stdout.write(
      `${name.padEnd(44)} p50 ${at(0.5).toFixed(2).padStart(7)} ms   p99 ${at(0.99).toFixed(2).padStart(7)} ms   ${ratio.toFixed(2)} of the goal\n`,
    );
  }
  db.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
