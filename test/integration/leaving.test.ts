import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { engineVerbs, type ArchiveVerb, type EngineVerb, type Input, type Output } from '../../shared/contract';
import { LogFilter } from '../../shared/contract/log';
import type { SeriesRow } from '../../shared/model/rows';
import type { Engine } from '../../main/archive/engine';
import { givesOut } from '../../main/archive/release/verbs';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { askEngine, everyField, importInstances, projectWith } from '../fixtures/grouping';
import { codeOf } from '../fixtures/people';

let folder: string;
let engine: Engine;
let series: SeriesRow;
const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  const [row] = await importInstances(engine, folder, [{ seed: 1, PatientID: 'NO-1', PatientName: 'Refuser^Rosa' }]);
  if (!row) throw new Error('the import gave no series');
  series = row;
});

async function consent(said: 'yes' | 'no'): Promise<void> {
  const person = await ask('patients.get', { patient: series.patient });
  await ask('patients.update', { patient: series.patient, changes: { ...person, PatientSex: 'F', consent: said } });
}

const SELECTION = { patients: [], studies: [], series: [], images: [], clinicDays: [] };

/** One of everything that can get out, and a way to try each act; `at` tells the tries apart. */
async function acts(): Promise<Readonly<Partial<Record<EngineVerb, (at: string) => Promise<unknown>>>>> {
  const { cover } = series;
  if (cover === null) throw new Error('the series has no picture');
  const { form } = await ask('forms.save', { form: null, name: 'Everything', definition: everyField() });
  const { entry } = await ask('entries.save', {
    entry: null,
    form,
    series: series.seriesKey,
    state: 'finished',
    values: { quality: 'good', pressure: 12.5 },
  });
  const { result } = await ask('results.add', {
    series: series.seriesKey,
    type: 'cad4tb',
    algorithm: 'CAD4TB',
    name: 'score',
    value: { kind: 'number', number: 71 },
  });
  const {
    row: { attachment },
  } = await ask('attachments.add', {
    patient: series.patient,
    file: { bytes: new TextEncoder().encode('a letter'), name: 'letter.txt' },
  });
  const { archive } = await projectWith(engine, 'north', 'van');
  await ask('projects.assign', { archive, selection: { patients: [series.patient] } });
  const { PatientID, StudyInstanceUID, SeriesInstanceUID } = series;
  const grouped = { Project: 'north', Archive: 'van', PatientID, StudyInstanceUID, SeriesInstanceUID };
  const { job } = await ask('anonymisation.start', { selection: { images: [cover] } });
  await engine.context.jobs.settled(job);
  const selection = { ...SELECTION, images: [cover] };
  return {
    'images.saveCopy': (at) => ask('images.saveCopy', { image: cover, target: join(folder, `${at}.dcm`) }),
    'images.base64': () => ask('images.base64', { image: cover }),
    'attachments.saveCopy': (at) => ask('attachments.saveCopy', { attachment, target: join(folder, `${at}.txt`) }),
    'export.start': (at) =>
      ask('export.start', { selection, form: 'originals', container: 'folder', target: join(folder, `out-${at}`) }),
    'exportSets.create': () => ask('exportSets.create', { name: 'set', selection }),
    'results.save': (at) => ask('results.save', { results: [result], target: join(folder, `${at}.zip`) }),
    'entries.export': async () => saidNothing((await ask('entries.export', { form })).rows),
    'entries.printable': async () => {
      const { images, results } = await ask('entries.printable', { entry });
      return saidNothing([...images, ...results]);
    },
    'log.export': async (at) => {
      const path = join(folder, `log-${at}.csv`);
      await ask('log.export', { ...LogFilter.parse({}), path, language: 'en' });
      return saidNothing(readFileSync(path, 'utf8').match(/Refuser|NO-1/g) ?? []);
    },
    'anonymisation.csv': async (at) =>
      saidNothing(
        Array.from({ length: (await ask('anonymisation.csv', { path: join(folder, `keys-${at}.csv`) })).rows }),
      ),
    'grouped.dicom': (at) => ask('grouped.dicom', { ...grouped, target: join(folder, `grouped-${at}.zip`) }),
    'grouped.results': () => ask('grouped.results', { ...grouped, Type: 'cad4tb', Results: 'score' }),
    'grouped.entries': () => ask('grouped.entries', grouped),
  };
}

/** Acts that leave out those who said no, instead of refusing: that nothing is left is their refusal. */
function saidNothing(found: readonly unknown[]): unknown {
  if (found.length === 0) throw new Error('nothing was given out');
  return found;
}

/** Acts of the outbox and its ledger; their tests need a remote (test/integration/outbox.test.ts, ledger.test.ts, courier.test.ts). */
const WITH_REMOTES: readonly EngineVerb[] = [
  'outbox.send',
  'remotes.sendEntry',
  'courier.write',
  'ledger.csv',
  'ledger.export',
];

describe('acts that let something of a person out', () => {
  it('give it out when the person has not said no, and nothing when they have', async () => {
    const all = Object.entries(await acts());
    expect(all.map(([verb]) => verb).sort()).toEqual(
      Object.keys(givesOut)
        .filter((verb) => !WITH_REMOTES.some((other) => other === verb))
        .sort(),
    );
    const tried = async (at: string): Promise<readonly string[]> => {
      const refused: string[] = [];
      for (const [verb, act] of all) if ((await codeOf(act(at))) !== '') refused.push(verb);
      return refused;
    };
    await consent('yes');
    expect(await tried('yes')).toEqual([]);
    await consent('no');
    expect(await tried('no')).toEqual(all.map(([verb]) => verb));
  });

  it('are all listed: nothing else takes a place outside of the archive or gives bytes', () => {
    // What is written to or sent to is called like this in every input, and content like this in every answer.
    const outside = Object.entries(engineVerbs).filter(
      ([, { input, output }]) => namesOf(input).has('target') || namesOf(output).has('data'),
    );
    expect(outside.map(([verb]) => verb).filter((verb) => !Object.hasOwn(givesOut, verb))).toEqual([]);
  });
});

function namesOf(schema: z.ZodType): ReadonlySet<string> {
  return new Set(schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);
}
