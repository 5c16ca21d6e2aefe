import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { asFieldboxError } from '@shared/errors';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { HttpFailure } from '../../http/trouble';
import type { Counterparts, FetchedResult, FetchSink, OutgoingEntry, SentSeries, UnpackedFile } from '../counterparts';
import { seriesParameters, type Stored, type StoredMemory } from './identifiers';
import { type ArchiveV1Session, faultOf, unexpected } from './session';

type Wanted = SettingsOf<'archive-v1'>['results'][number];

const word = z.union([z.string(), z.number()]).transform(String);
/** What is documented, and the keys under which servers have told more. */
const Value = z.object({
  name: z.string().default(''),
  algorithm: z.string().default(''),
  value: z.union([z.number(), z.string()]),
  version: word.nullish(),
  algorithm_version: word.nullish(),
  threshold: z.number().nullish(),
  cutoff: z.number().nullish(),
});
const Values = z.array(Value);
const Series = z.object({ status: z.string().nullish(), status_message: z.string().nullish() });
const Forms = z.array(
  z.object({
    id: word,
    entry: z.unknown(),
    entry_formatted: z.string().nullish(),
    user: z.string().nullish(),
    form: z.string(),
  }),
);

/** Plain results are short; what is longer is no list of them. */
const MOST_PLAIN_BYTES = 4 * 2 ** 20;
const ZIP = Buffer.from('PK');

/** Each series of theirs with images of ours, or each retina image by itself. */
function addressed(
  series: readonly SentSeries[],
  memory: StoredMemory,
): readonly { readonly sent: SentSeries; readonly stored: Stored; readonly image: SentSeries['images'][number] }[] {
  return series.flatMap((sent) => {
    const seen = new Set<string>();
    return sent.images.flatMap((image) => {
      const stored = memory.of(image);
      if (stored === null) return [];
      const name = JSON.stringify(seriesParameters(stored));
      if (seen.has(name)) return [];
      seen.add(name);
      return [{ sent, stored, image }];
    });
  });
}

/** What fetching results takes. */
export interface ResultMeans {
  readonly session: ArchiveV1Session;
  readonly memory: StoredMemory;
  /** For temporary files. */
  readonly folder: string;
  readonly counterparts: Pick<Counterparts, 'unpack'>;
}

/** Fetches what algorithms found, result by result, since one that is not there makes the whole question fail. */
export async function fetchResults(
  means: ResultMeans,
  wanted: readonly Wanted[],
  into: FetchSink,
  signal: AbortSignal,
): Promise<void> {
  const { session, memory } = means;
  const places = addressed(into.series, memory);
  into.expect(places.length);
  for (const { sent, stored, image } of places) {
    signal.throwIfAborted();
    const parameters = seriesParameters(stored);
    const there = await session.get('/series/get/', parameters, Series, signal);
    if (there.ok) await into.status(sent, there.value.status ?? '', there.value.status_message ?? '');
    for (const each of wanted) {
      const found = await fetchOne(means, { ...parameters, Type: each.type, Results: each.name }, each, signal);
      for (const { content, ...result } of found) {
        await into.result(sent, { ...result, image: stored.retina ? image : null });
        if (content !== null) memory.noteContent(contentName(parameters, each), content);
      }
    }
    into.done();
  }
}

/** `content`: what a zip holds, whatever its own dates; null of a plain result. */
type Found = Omit<FetchedResult, 'image'> & { readonly content: string | null };

function contentName(parameters: Readonly<Record<string, string>>, { type, name }: Wanted): string {
  return JSON.stringify([parameters['SeriesInstanceUID'], type, name]);
}

async function fetchOne(
  { session, memory, folder, counterparts }: ResultMeans,
  parameters: Readonly<Record<string, string>>,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const path = join(folder, `${wanted.name.replace(/[^A-Za-z0-9_-]+/g, '_')}.zip`);
  const fault = await session.download('/series/results/', parameters, path, signal);
  if (fault !== null) {
    // Not computed yet, or not for this kind of picture: asked for again later.
    if (fault.words.has('result_not_found') || fault.words.has('object_not_found')) return [];
    throw unexpected(fault, '/series/results/');
  }
  const base = { type: wanted.type, name: wanted.name };
  if (await isZip(path)) {
    const content = await contentIn(path, join(folder, randomUUID()), counterparts);
    // The zip is made anew for every question; it is the same result as long as the same files are in it.
    if (content !== null && memory.contentOf(contentName(parameters, wanted)) === content) return [];
    return [
      {
        ...base,
        content,
        algorithm: wanted.name,
        version: versionIn(wanted.name),
        threshold: null,
        value: { kind: 'path', path },
      },
    ];
  }
  const body = (await stat(path)).size > MOST_PLAIN_BYTES ? Buffer.alloc(0) : await readFile(path);
  const values = Values.safeParse(jsonOf(body));
  if (!values.success) {
    const said = faultOf({ status: 200, headers: {}, body });
    if (said.words.has('result_not_found') || said.words.has('object_not_found')) return [];
    throw unexpected(said, '/series/results/');
  }
  return values.data.map((value) => ({
    ...base,
    content: null,
    algorithm: (value.algorithm.trim() || wanted.name).slice(0, 64),
    version: (value.version ?? value.algorithm_version ?? versionIn(value.name || wanted.name)).slice(0, 64),
    threshold: value.threshold ?? value.cutoff ?? wanted.threshold,
    value:
      typeof value.value === 'number'
        ? { kind: 'number', number: value.value }
        : { kind: 'text', text: value.value.slice(0, 20_000) || '-' },
  }));
}

/** One name for the files in a zip: their own names and bytes, in any order. Null when it cannot be read: it is kept all the same. */
async function contentIn(
  zip: string,
  folder: string,
  counterparts: Pick<Counterparts, 'unpack'>,
): Promise<string | null> {
  try {
    return contentOf(await counterparts.unpack(zip, folder));
  } catch (thrown) {
    if (asFieldboxError(thrown).code.startsWith('ZIP_')) return null;
    throw thrown;
  }
}

function contentOf(files: readonly UnpackedFile[]): string {
  const lines = files.map(({ entry, sha256 }) => `${sha256} ${entry}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** The version that a name ends in, as in "CAD4TB 6"; empty when it says none: such a result is shown as of unknown version. */
function versionIn(name: string): string {
  return /\s[vV]?(\d+(?:\.\d+)*)$/.exec(name.trim())?.[1] ?? '';
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(ZIP.length);
    await file.read(head, 0, head.length, 0);
    return head.equals(ZIP);
  } finally {
    await file.close();
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

type Forms = z.infer<typeof Forms>;

/** Reports on a series; none when it is not there. */
async function formsOf(session: ArchiveV1Session, stored: Stored, signal: AbortSignal): Promise<Forms | null> {
  const path = '/patient/study/series/forms/list/';
  const answer = await session.get(path, seriesParameters(stored), Forms, signal);
  if (answer.ok) return answer.value;
  if (answer.fault.words.has('series_not_found') || answer.fault.words.has('object_not_found')) return null;
  throw unexpected(answer.fault, path);
}

export async function fetchForms(
  session: ArchiveV1Session,
  memory: StoredMemory,
  into: FetchSink,
  signal: AbortSignal,
): Promise<void> {
  const places = addressed(into.series, memory);
  into.expect(places.length);
  for (const { sent, stored } of places) {
    signal.throwIfAborted();
    for (const { id, entry, entry_formatted: formatted, user, form } of (await formsOf(session, stored, signal)) ?? [])
      await into.entry(sent, { id, form, author: user ?? '', values: valuesOf(entry), text: formatted ?? '' });
    into.done();
  }
}

/**
 * Puts a report there. The service knows no key against repeats, so the list is read before and after: a report is only said to
 * be sent when it stands in it. Throws HttpFailure REMOTE_FORM, REMOTE_SERIES.
 */
export async function sendForm(
  session: ArchiveV1Session,
  stored: Stored,
  { form, values }: OutgoingEntry,
  signal: AbortSignal,
): Promise<'sent' | 'there'> {
  const isThere = async (): Promise<boolean> => {
    const forms = await formsOf(session, stored, signal);
    if (forms === null) throw new HttpFailure({ code: 'REMOTE_SERIES' });
    return forms.some((each) => each.form === form && isDeepStrictEqual(valuesOf(each.entry), { ...values }));
  };
  if (await isThere()) return 'there';
  const path = '/patient/study/series/forms/add/';
  const body = new URLSearchParams({
    ...session.place,
    ...seriesParameters(stored),
    FormName: form,
    FormSubmission: JSON.stringify(values),
  }).toString();
  const answer = await session.post(path, 'application/x-www-form-urlencoded', body, z.unknown(), signal, true);
  const fault = answer.ok
    ? faultOf({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer.value)) })
    : answer.fault;
  if (fault.words.has('form_not_found') || fault.words.has('multiple_objects_found'))
    throw new HttpFailure({ code: 'REMOTE_FORM', details: { name: form } });
  if (fault.words.has('series_not_found')) throw new HttpFailure({ code: 'REMOTE_SERIES' });
  if (!answer.ok || fault.words.size > 0) throw unexpected(fault, path);
  if (!(await isThere())) throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: path }, person: true });
  return 'sent';
}

/** A submission is an object, or a text that holds one: both were seen. */
function valuesOf(entry: unknown): unknown {
  if (typeof entry !== 'string') return entry;
  try {
    return JSON.parse(entry);
  } catch {
    return entry;
  }
}
