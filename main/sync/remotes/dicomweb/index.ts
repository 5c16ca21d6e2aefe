import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { RemoteTest } from '@shared/contract/sync';
import type { ImageId } from '@shared/model/ids';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { HttpAnswer } from '../../http/client';
import { jsonOf } from '../../http/json';
import { boundaryOf, partsOf } from '../../http/multipart';
import { HttpFailure, troubleOf, troubleOfStatus } from '../../http/trouble';
import { webSecrets, WebSession, webTest } from '../../http/web-session';
import type {
  Outgoing,
  ProofOutcome,
  Query,
  QueryAnswer,
  RemoteConnection,
  RemoteDriver,
  Retrieval,
  SendHooks,
  SendOutcome,
  Surroundings,
  TakeFile,
  Trouble,
} from '../remote';
import { WAITING } from '../together';
import { JsonDataSet, rowOf, textOf } from './dicom-json';
import { Listing } from './listing';
import { patientsOf } from './patients';
import { queryString } from './query-string';
import { Storing } from './storing';

/** Any archive with STOW-RS, QIDO-RS and WADO-RS (PS3.18). */
export const dicomWebDriver: RemoteDriver<'dicomweb'> = {
  kind: 'dicomweb',
  proofs: ({ readBack }) => (readBack ? ['hash', 'query'] : ['query']),
  secrets: ({ access }) => webSecrets(access),
  parallel: 3,
  connect: (settings, surroundings) => new DicomWebConnection(settings, surroundings),
};

const DataSets = z.array(JsonDataSet);
const JSON_TYPE = 'application/dicom+json';
const DICOM_PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*';
/** More instances of a series than this are asked for one by one. */
const LIST_LIMIT = 5000;
const RESOURCE = { study: 'studies', series: 'series', image: 'instances' } as const;

class DicomWebConnection implements RemoteConnection {
  /** More than there are requests, so that small images that wait at the same time go together. */
  readonly parallel = WAITING;
  private readonly web: WebSession;
  private readonly storing: Storing;
  private readonly listing = new Listing((path, signal) => this.allOf(path, signal));
  private folder: Promise<string> | null = null;
  private files = 0;

  constructor(
    private readonly settings: SettingsOf<'dicomweb'>,
    private readonly surroundings: Surroundings,
  ) {
    this.web = new WebSession(settings.access, surroundings);
    this.storing = new Storing(this.web, `${settings.stow}/studies`);
  }

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const trouble = await this.probe(signal);
    return webTest(this.web, trouble, 'QIDO-RS', {
      steps: trouble === null ? [{ step: 'prove', outcome: 'passed', fault: null, found: 'QIDO-RS, WADO-RS' }] : [],
      proofs: [...dicomWebDriver.proofs(this.settings)],
      warnings: [],
    });
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const answer = await this.qido('studies?limit=1', signal, 15_000);
      return troubleOfQuery(answer);
    } catch (error) {
      return troubleOf(error);
    }
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    try {
      // Where it is listed before we ever sent it, somebody else brought it: then it must be the same. After a try of our own that
      // broke off, it is ours.
      if (hooks.resume === null && (await this.isListed(item, hooks.signal)))
        return await this.alreadyThere(item, hooks.signal);
      hooks.keepPlace('sent');
      const outcome = await this.storing.store(item, hooks);
      if (outcome.kind === 'arrived') await this.listing.note(seriesOf(item), item.facts.SOPInstanceUID);
      return outcome;
    } catch (error) {
      return { kind: 'later', whole: true, trouble: troubleOf(error) };
    }
  }

  private async alreadyThere(item: Outgoing, signal: AbortSignal): Promise<SendOutcome> {
    return (await this.hashThere(item, signal)) === item.sha256
      ? { kind: 'arrived', proof: { kind: 'hash', note: 'already there, WADO-RS' }, gone: underTheSameNumber(item) }
      : { kind: 'parked', code: underTheSameNumber(item).length > 0 ? 'REMOTE_KEEPS_OLDER' : 'REMOTE_CONFLICT' };
  }

  /** Listed by QIDO-RS; and if that was asked for, read back by WADO-RS and compared byte for byte. */
  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    try {
      const listed = await this.listed(items, signal);
      const same = new Map<Outgoing, boolean>();
      if (this.settings.readBack) {
        for (const item of items)
          if (listed.has(item.facts.SOPInstanceUID))
            same.set(item, (await this.hashThere(item, signal)) === item.sha256);
      }
      const givesBytesBack = [...same.values()].includes(true);
      return items.map((item): ProofOutcome => {
        if (!listed.has(item.facts.SOPInstanceUID)) return { kind: 'missing' };
        if (same.get(item) === true)
          return { kind: 'proven', proof: { kind: 'hash', note: 'WADO-RS' }, gone: underTheSameNumber(item) };
        // An archive that gives others back as they were holds something else here; one that gives none so writes its files anew.
        if (givesBytesBack) return { kind: 'conflict' };
        return { kind: 'proven', proof: { kind: 'query', note: 'QIDO-RS' } };
      });
    } catch (error) {
      const trouble = troubleOf(error);
      return items.map(() => ({ kind: 'later', trouble }));
    }
  }

  async query({ level, match, limit }: Query, signal: AbortSignal): Promise<QueryAnswer> {
    const text = queryString(match);
    const search = async (resource: string, page: string): Promise<Readonly<Record<string, string>>[]> => {
      const answer = await this.qido(`${resource}?${text}${text === '' ? '' : '&'}${page}`, signal);
      const trouble = troubleOfQuery(answer);
      if (trouble !== null) throw new HttpFailure(trouble);
      return dataSetsOf(answer).map(rowOf);
    };
    try {
      if (level === 'patient') {
        const studies = (page: { readonly offset: number; readonly limit: number }) =>
          search('studies', `limit=${String(page.limit)}&offset=${String(page.offset)}`);
        return { kind: 'rows', ...(await patientsOf(studies, limit)) };
      }
      const rows = await search(RESOURCE[level], `limit=${String(limit + 1)}`);
      return { kind: 'rows', rows: rows.slice(0, limit), more: rows.length > limit };
    } catch (error) {
      return { kind: 'later', trouble: troubleOf(error) };
    }
  }

  async retrieve(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null> {
    try {
      await this.fetch(pathOf(what), take, signal);
      return null;
    } catch (error) {
      if (error instanceof HttpFailure) return error.trouble;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.web.close();
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  private qido(path: string, signal: AbortSignal, idleMs?: number): Promise<HttpAnswer> {
    return this.web.ask({
      method: 'GET',
      path: `${this.settings.qido}/${path}`,
      headers: { accept: JSON_TYPE },
      signal,
      ...(idleMs !== undefined && { idleMs }),
    });
  }

  /**
   * Whether it is listed. What the whole series was seen to hold a moment ago only tells that an image is not there, of which no
   * older version may be there: what was sent since may be lost again. Throws HttpFailure.
   */
  private async isListed(item: Outgoing, signal: AbortSignal): Promise<boolean> {
    const all = item.older.length > 0 ? null : await this.listing.of(seriesOf(item), signal);
    if (all?.has(item.facts.SOPInstanceUID) === false) return false;
    return (await this.listed([item], signal)).size > 0;
  }

  private async allOf(series: string, signal: AbortSignal): Promise<Set<string> | null> {
    const uids = await this.uids(`${series}/instances?limit=${String(LIST_LIMIT)}`, signal);
    return uids.length < LIST_LIMIT ? new Set(uids) : null;
  }

  /** SOP Instance UIDs that are listed; asked series by series. Throws HttpFailure. */
  private async listed(items: readonly Outgoing[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const series = new Map<string, Outgoing[]>();
    for (const item of items) {
      const path = `${seriesOf(item)}/instances`;
      series.set(path, [...(series.get(path) ?? []), item]);
    }
    for (const [path, wanted] of series) {
      const single =
        wanted.length === 1 && wanted[0] !== undefined
          ? `SOPInstanceUID=${encodeURIComponent(wanted[0].facts.SOPInstanceUID)}&`
          : '';
      const uids = await this.uids(`${path}?${single}limit=${String(LIST_LIMIT)}`, signal);
      for (const uid of uids) found.add(uid);
      if (uids.length < LIST_LIMIT) continue;
      for (const { facts } of wanted)
        for (const uid of await this.uids(`${path}?SOPInstanceUID=${encodeURIComponent(facts.SOPInstanceUID)}`, signal))
          found.add(uid);
    }
    return found;
  }

  private async uids(path: string, signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.qido(path, signal);
    if (answer.status === 404) return []; // some say so of a series they do not have
    const trouble = troubleOfQuery(answer);
    if (trouble !== null) throw new HttpFailure(trouble);
    return dataSetsOf(answer).map((dataset) => textOf(dataset, '00080018'));
  }

  /** SHA-256 of the instance as it gives it back; null when it does not. Throws HttpFailure. */
  private async hashThere(item: Outgoing, signal: AbortSignal): Promise<string | null> {
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = item.facts;
    const answer = await this.openParts(pathOf({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }), signal);
    if (answer === null) return null;
    const hash = createHash('sha256');
    for await (const part of answer) for await (const chunk of part.body) hash.update(chunk);
    return hash.digest('hex');
  }

  /** The parts of a retrieval; null when this archive does not retrieve. Throws HttpFailure. */
  private async openParts(path: string, signal: AbortSignal): Promise<ReturnType<typeof partsOf> | null> {
    const answer = await this.web.open({
      method: 'GET',
      path: `${this.settings.wado}/${path}`,
      headers: { accept: DICOM_PARTS },
      signal,
    });
    const boundary = boundaryOf(answer.headers['content-type']);
    if (answer.status === 200 && boundary !== null) return partsOf(answer.body, boundary);
    answer.body.resume();
    const trouble = troubleOfStatus(answer.status, answer.headers);
    if (trouble !== null) throw new HttpFailure(trouble);
    return null;
  }

  private async fetch(path: string, take: TakeFile, signal: AbortSignal): Promise<void> {
    const parts = await this.openParts(path, signal);
    if (parts === null) throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'WADO-RS' } });
    const folder = await (this.folder ??= this.surroundings.temporaryFolder());
    for await (const part of parts) {
      this.files += 1;
      const file = join(folder, `${String(this.files).padStart(6, '0')}.dcm`);
      try {
        await pipeline(part.body, createWriteStream(file), { signal });
      } catch (error) {
        throw new HttpFailure(troubleOf(error), error);
      }
      await take(file);
    }
  }
}

function pathOf({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Retrieval): string {
  const study = `studies/${encodeURIComponent(StudyInstanceUID)}`;
  if (SeriesInstanceUID === undefined) return study;
  const series = `${study}/series/${encodeURIComponent(SeriesInstanceUID)}`;
  return SOPInstanceUID === undefined ? series : `${series}/instances/${encodeURIComponent(SOPInstanceUID)}`;
}

function seriesOf({ facts }: Pick<Outgoing, 'facts'>): string {
  const { StudyInstanceUID, SeriesInstanceUID } = facts;
  return pathOf({ StudyInstanceUID, SeriesInstanceUID });
}

/** 204 is how many say "nothing found" (PS3.18 10.6.3.1). */
function dataSetsOf(answer: HttpAnswer): z.infer<typeof DataSets> {
  return answer.status === 204 ? [] : jsonOf(answer, DataSets, 'QIDO-RS');
}

function troubleOfQuery(answer: HttpAnswer): Trouble | null {
  if (answer.status === 204) return null;
  if (answer.status !== 200) {
    return (
      troubleOfStatus(answer.status, answer.headers) ?? {
        code: 'REMOTE_ANSWER',
        details: { what: `HTTP ${String(answer.status)}` },
        person: true,
      }
    );
  }
  try {
    dataSetsOf(answer);
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

/** Older versions that cannot be there beside an item, since a number stands for one instance. */
function underTheSameNumber({ older, facts }: Outgoing): readonly ImageId[] {
  return older.filter((each) => each.facts.SOPInstanceUID === facts.SOPInstanceUID).map(({ image }) => image);
}
