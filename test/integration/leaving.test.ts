import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { engineVerbs, type ArchiveVerb, type EngineVerb, type Input, type Output } from '../../shared/contract';
import { LogFilter } from '../../shared/contract/log';
import { ExportSelection } from '../../shared/contract/release';
import type { EntryKey, RemoteKey } from '../../shared/model/ids';
import type { SeriesRow } from '../../shared/model/rows';
import type { Engine } from '../../main/archive/engine';
import { givesOut } from '../../main/archive/release/verbs';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { ArchiveV1Server } from '../fixtures/archive-v1-server';
import { askEngine, everyField, importInstances, projectWith } from '../fixtures/grouping';
import { addRemote, statesOf, syncForTest } from '../fixtures/outbox';
import { codeOf } from '../fixtures/people';
import { archiveV1Password, archiveV1Settings } from './remotes/clinic-kinds';

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

/** Acts of the outbox and its ledger, which need a remote. */
const WITH_REMOTES: readonly EngineVerb[] = [
  'outbox.send',
  'remotes.sendEntry',
  'courier.write',
  'ledger.csv',
  'ledger.export',
];

/** A way to try each act that needs a remote; what was sent before anybody said no is in the ledger. */
async function remoteActs(): Promise<Readonly<Partial<Record<EngineVerb, (at: string) => Promise<unknown>>>>> {
  const { cover } = series;
  if (cover === null) throw new Error('the series has no picture');
  const { sync } = syncForTest(engine);
  const server = await ArchiveV1Server.start();
  const cad = await addRemote(sync, 'cad', archiveV1Settings(server), archiveV1Password);
  const share = await addRemote(sync, 'share', { kind: 'folder', path: temporaryFolder() });
  const other = syncForTest(await openForTest(join(folder, 'other')));
  const { key: recipient } = await other.sync.verbs['courier.identity']({});
  const box = await addRemote(sync, 'box', { kind: 'courier', recipient, path: '' });
  sync.start();
  const selection = ExportSelection.parse({ images: [cover] });
  const send = (remote: RemoteKey) => sync.verbs['outbox.send']({ selection, remote, anonymise: null, priority: 0 });
  const { transaction } = await send(cad);
  await expect.poll(() => statesOf(sync, transaction), { timeout: 30_000 }).toMatchObject({ proven: 1 });
  const { form } = await ask('forms.save', { form: null, name: 'TB reading', definition: everyField() });
  const values = { quality: 'good', pressure: 12.5 };
  const entry = async (): Promise<EntryKey> => {
    const input = { entry: null, form, series: series.seriesKey, state: 'finished', values } as const;
    return (await ask('entries.save', input)).entry;
  };
  // Asked for before anybody says no: the stick is written afterwards.
  const onStick = { yes: await send(box), no: await send(box) };
  const named = (text: string): unknown => saidNothing(text.match(/Refuser|NO-1/g) ?? []);
  return {
    'outbox.send': () => send(share),
    'remotes.sendEntry': async () => sync.verbs['remotes.sendEntry']({ remote: cad, entry: await entry() }),
    'courier.write': async (at) => {
      if (at === 'yes') await sync.verbs['outbox.cancel']({ transaction: onStick.no.transaction });
      else await sync.verbs['outbox.retry']({ transaction: onStick.no.transaction });
      const stick = join(folder, `stick-${at}`);
      mkdirSync(stick);
      await sync.verbs['courier.write']({ remote: box, folder: stick, again: false });
      await sync.settled();
      return saidNothing(readdirSync(stick));
    },
    'ledger.csv': async () => named((await sync.verbs['ledger.csv']({ states: [] })).csv),
    'ledger.export': async (at) => {
      const path = join(folder, `ledger-${at}.csv`);
      await sync.verbs['ledger.export']({ states: [], path });
      return named(readFileSync(path, 'utf8'));
    },
  };
}

/** Which of the acts gave nothing out. */
async function refusedOf(
  all: readonly (readonly [string, (at: string) => Promise<unknown>])[],
  at: string,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const [verb, act] of all) if ((await codeOf(act(at))) !== '') refused.push(verb);
  return refused;
}

describe('acts that let something of a person out', () => {
  it('give it out when the person has not said no, and nothing when they have', async () => {
    const all = Object.entries(await acts());
    expect(all.map(([verb]) => verb).sort()).toEqual(
      Object.keys(givesOut)
        .filter((verb) => !WITH_REMOTES.some((other) => other === verb))
        .sort(),
    );
    await consent('yes');
    expect(await refusedOf(all, 'yes')).toEqual([]);
    await consent('no');
    expect(await refusedOf(all, 'no')).toEqual(all.map(([verb]) => verb));
  });

  it('do the same where it goes to a remote, onto a stick or into the ledger', async () => {
    const all = Object.entries(await remoteActs());
    expect(all.map(([verb]) => verb).sort()).toEqual([...WITH_REMOTES].sort());
    await consent('yes');
    expect(await refusedOf(all, 'yes')).toEqual([]);
    await consent('no');
    expect(await refusedOf(all, 'no')).toEqual(all.map(([verb]) => verb));
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
