import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { RemoteTest } from '@shared/contract/sync';
import type { ImageId } from '@shared/model/ids';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { jsonOf } from '../../http/json';
import { HttpFailure, troubleOf, troubleOfStatus } from '../../http/trouble';
import { webSecrets, WebSession, webTest } from '../../http/web-session';
import type {
  OlderVersion,
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
import { idOf } from './ids';
import { Storing } from './storing';
import { Sums } from './sums';

/** Orthanc by its own REST interface, with the MD5 of what it holds as proof. */
export const orthancDriver: RemoteDriver<'orthanc'> = {
  kind: 'orthanc',
  proofs: () => ['hash'],
  secrets: ({ access }) => webSecrets(access),
  parallel: 3,
  connect: (settings, surroundings) => new OrthancConnection(settings, surroundings),
};

const System = z.object({
  Version: z.string(),
  Name: z.string().default(''),
  OverwriteInstances: z.boolean().optional(),
  MaximumPatientCount: z.number().optional(),
  MaximumStorageSize: z.number().optional(),
  MaximumStorageMode: z.string().optional(),
});
const Found = z.array(
  z.object({
    ID: z.string(),
    MainDicomTags: z.record(z.string(), z.string()).default({}),
    PatientMainDicomTags: z.record(z.string(), z.string()).default({}),
  }),
);

const LEVELS = { patient: 'Patient', study: 'Study', series: 'Series', image: 'Instance' } as const;

class OrthancConnection implements RemoteConnection {
  /** More than there are requests, so that small images that wait at the same time go together. */
  readonly parallel = WAITING;
  private readonly web: WebSession;
  private readonly storing: Storing;
  private readonly sums = new Sums();
  private folder: Promise<string> | null = null;

  constructor(
    settings: SettingsOf<'orthanc'>,
    private readonly surroundings: Surroundings,
  ) {
    this.web = new WebSession(settings.access, surroundings);
    this.storing = new Storing(this.web);
  }

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const found = await this.system(signal);
    if ('trouble' in found) return webTest(this.web, found.trouble, '', { steps: [], proofs: [], warnings: [] });
    const { Version, Name, OverwriteInstances, MaximumPatientCount, MaximumStorageSize, MaximumStorageMode } = found;
    const limited = (MaximumPatientCount ?? 0) > 0 || (MaximumStorageSize ?? 0) > 0;
    const warnings = [
      ...(OverwriteInstances === true ? ['overwrites'] : []),
      ...(limited && MaximumStorageMode !== 'Reject' ? ['recycles'] : []),
    ];
    return webTest(this.web, null, `Orthanc ${Version} ${Name}`, {
      steps: [
        { step: 'echo', outcome: 'passed', fault: null, found: '' },
        { step: 'prove', outcome: 'passed', fault: null, found: 'MD5' },
      ],
      proofs: ['hash'],
      warnings,
    });
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    const found = await this.system(signal);
    return 'trouble' in found ? found.trouble : null;
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    try {
      // It keeps the older instance when another one of the same name comes, unless that is taken away first.
      for (const older of item.older) if (idOf(older) === idOf(item)) await this.remove(older, hooks.signal);
      const outcome = await this.storing.store(item, hooks);
      if (outcome.kind === 'arrived') this.sums.note(item);
      return outcome;
    } catch (error) {
      return { kind: 'later', whole: true, trouble: troubleOf(error) };
    }
  }

  /** What it holds is compared by MD5 as it holds it; an Orthanc that keeps an older image of the same name is found out so. */
  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    const outcomes: ProofOutcome[] = [];
    const queue = [...items.entries()];
    let broken: ProofOutcome | null = null;
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && broken === null; next = queue.shift()) {
        const [at, item] = next;
        try {
          outcomes[at] = await this.proveOne(item, signal);
        } catch (error) {
          // The others are not asked either while it cannot be reached; that one of ours cannot be read concerns that one alone.
          if (error instanceof HttpFailure) broken = { kind: 'later', trouble: troubleOf(error) };
          else outcomes[at] = { kind: 'unknown' };
        }
      }
    };
    await Promise.all(Array.from({ length: orthancDriver.parallel }, lane));
    return items.map((_, at) => outcomes[at] ?? broken ?? { kind: 'unknown' });
  }

  async query({ level, match, limit }: Query, signal: AbortSignal): Promise<QueryAnswer> {
    try {
      const answer = await this.web.ask({
        method: 'POST',
        path: '/tools/find',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          Level: LEVELS[level],
          Query: Object.fromEntries(match.map(({ keyword, value }) => [keyword, value])),
          Expand: true,
          Limit: limit + 1,
          Since: 0,
        }),
        signal,
      });
      const trouble = troubleOfAnswer(answer.status, answer.headers);
      if (trouble !== null) return { kind: 'later', trouble };
      const rows = jsonOf(answer, Found, '/tools/find').map((row) => ({
        ...row.PatientMainDicomTags,
        ...row.MainDicomTags,
      }));
      return { kind: 'rows', rows: rows.slice(0, limit), more: rows.length > limit };
    } catch (error) {
      return { kind: 'later', trouble: troubleOf(error) };
    }
  }

  async retrieve(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null> {
    try {
      const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = what;
      const query = {
        StudyInstanceUID,
        ...(SeriesInstanceUID !== undefined && { SeriesInstanceUID }),
        ...(SOPInstanceUID !== undefined && { SOPInstanceUID }),
      };
      const answer = await this.web.ask({
        method: 'POST',
        path: '/tools/find',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ Level: 'Instance', Query: query }),
        signal,
      });
      const trouble = troubleOfAnswer(answer.status, answer.headers);
      if (trouble !== null) return trouble;
      for (const id of jsonOf(answer, z.array(z.string()), '/tools/find')) await this.fetch(id, take, signal);
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

  private async fetch(id: string, take: TakeFile, signal: AbortSignal): Promise<void> {
    const answer = await this.web.open({ method: 'GET', path: `/instances/${encodeURIComponent(id)}/file`, signal });
    const trouble = troubleOfAnswer(answer.status, answer.headers);
    if (trouble !== null) {
      answer.body.resume();
      throw new HttpFailure(trouble);
    }
    const path = join(await (this.folder ??= this.surroundings.temporaryFolder()), `${id}.dcm`);
    try {
      await pipeline(answer.body, createWriteStream(path), { signal });
    } catch (error) {
      throw new HttpFailure(troubleOf(error), error);
    }
    await take(path);
  }

  private async proveOne(item: Outgoing, signal: AbortSignal): Promise<ProofOutcome> {
    const there = await this.hashThere(idOf(item), signal);
    if (there === 'absent') return { kind: 'missing' };
    if (there === 'untold') return { kind: 'unknown' };
    if (there !== (this.sums.of(item) ?? (await item.md5(signal)))) return { kind: 'conflict' };
    const gone: ImageId[] = [];
    for (const older of item.older)
      if (idOf(older) === idOf(item) || (await this.remove(older, signal))) gone.push(older.image);
    return { kind: 'proven', proof: { kind: 'hash', note: 'MD5' }, gone };
  }

  /** MD5 of an instance as it holds it. Throws HttpFailure. */
  private async hashThere(id: string, signal: AbortSignal): Promise<string> {
    const answer = await this.web.ask({ method: 'GET', path: `/instances/${id}/attachments/dicom/md5`, signal });
    if (answer.status === 404) return 'absent';
    const trouble = troubleOfAnswer(answer.status, answer.headers);
    if (trouble !== null) throw new HttpFailure(trouble);
    const there = answer.body.toString('latin1').trim().toLowerCase();
    return /^[0-9a-f]{32}$/.test(there) ? there : 'untold';
  }

  /**
   * Deletes an older version; nothing but the very bytes that were sent from here. True when it is not there any more. Throws
   * HttpFailure.
   */
  private async remove(older: OlderVersion, signal: AbortSignal): Promise<boolean> {
    const id = idOf(older);
    const there = await this.hashThere(id, signal);
    if (there === 'absent') return true;
    if (older.open === null || there !== (await md5Of(older.open(), signal))) return false;
    const answer = await this.web.ask({ method: 'DELETE', path: `/instances/${id}`, signal });
    const trouble = answer.status === 404 ? null : troubleOfAnswer(answer.status, answer.headers);
    if (trouble !== null) throw new HttpFailure(trouble);
    return true;
  }

  private async system(signal: AbortSignal): Promise<z.infer<typeof System> | { readonly trouble: Trouble }> {
    try {
      const answer = await this.web.ask({ method: 'GET', path: '/system', signal, idleMs: 15_000 });
      const trouble = troubleOfAnswer(answer.status, answer.headers);
      return trouble === null ? jsonOf(answer, System, '/system') : { trouble };
    } catch (error) {
      return { trouble: troubleOf(error) };
    }
  }
}

async function md5Of(bytes: Readable, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  await pipeline(bytes, hash, { signal });
  return hash.digest('hex');
}

/** Trouble of any answer but 200. */
function troubleOfAnswer(status: number, headers: Parameters<typeof troubleOfStatus>[1]): Trouble | null {
  if (status === 200) return null;
  return (
    troubleOfStatus(status, headers) ?? {
      code: 'REMOTE_ANSWER',
      details: { what: `HTTP ${String(status)}` },
      person: true,
    }
  );
}
