import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RemoteTest } from '@shared/contract/sync';
import type { Fetchable } from '@shared/model/remotes/content';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { counted } from '../../http/counted';
import { formWithFile } from '../../http/multipart';
import { HttpFailure, outcomeOfStatus, troubleOf } from '../../http/trouble';
import { webSecrets, webTest } from '../../http/web-session';
import type { FetchSink, OutgoingEntry, SentSeries, UnpackedFile } from '../counterparts';
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
import { Identifiers, isRetina, seriesParameters, type Stored, StoredMemory } from './identifiers';
import { lookUp } from './look-up';
import { fetchForms, fetchResults, sendForm } from './results';
import { ArchiveV1Session, type Fault, troubleOfFault, unexpected } from './session';

/** The archive API v1 of CAD4TB: DICOM files in, results of algorithms and reports back. */
export const archiveV1Driver: RemoteDriver<'archive-v1'> = {
  kind: 'archive-v1',
  proofs: () => ['hash', 'listing'],
  secrets: ({ access }) => ['password', ...webSecrets(access)],
  parallel: 2,
  abilities: {
    matches: false,
    fetches: ['results', 'forms'],
    lists: false,
    withdraws: 'no',
    takesEntries: true,
    takesFiles: false,
  },
  connect: (settings, surroundings) => new ArchiveV1Connection(settings, surroundings),
};

/** A patient nobody has; asking for them shows whether login, project and archive are right, and changes nothing. */
const NOBODY = 'fieldbox-is-there-anybody';
const Found = z.object({ SeriesInstanceUID: z.string() });
const SeriesList = z.array(z.object({ SeriesInstanceUID: z.string().min(1) }));

class ArchiveV1Connection implements RemoteConnection {
  private readonly session: ArchiveV1Session;
  private readonly memory: StoredMemory;
  private folder: Promise<string> | null = null;

  constructor(
    private readonly settings: SettingsOf<'archive-v1'>,
    private readonly surroundings: Surroundings,
  ) {
    this.session = new ArchiveV1Session(settings, surroundings);
    this.memory = new StoredMemory(surroundings);
  }

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const trouble = await this.probe(signal);
    const names = trouble?.code === 'REMOTE_NAMES';
    return webTest(this.session.web, names ? null : trouble, 'API v1', {
      steps: [
        {
          step: 'echo',
          outcome: names ? 'failed' : trouble === null ? 'passed' : 'skipped',
          fault: names ? { code: trouble.code, details: {} } : null,
          found: `${this.settings.project} / ${this.settings.archive}`,
        },
        { step: 'prove', outcome: trouble === null ? 'passed' : 'skipped', fault: null, found: 'SHA-256, list' },
      ],
      proofs: ['hash', 'listing'],
      warnings: [
        ...(this.settings.access.url.startsWith('https:') ? [] : ['password-in-clear']),
        ...(this.settings.results.length === 0 ? ['no-results-named'] : []),
      ],
    });
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const answer = await this.session.get('/patient/get/', { PatientID: NOBODY }, Identifiers, signal);
      if (answer.ok || answer.fault.words.has('patient_not_found')) return null;
      if (answer.fault.words.has('object_not_found')) return { code: 'REMOTE_NAMES', person: true };
      return unexpected(answer.fault, '/patient/get/').trouble;
    } catch (error) {
      return troubleOf(error);
    }
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    // Delivered before, and looked for again when proof is sought: nothing is uploaded for nothing.
    if (this.memory.of(item.image)?.sha256 === item.sha256) return { kind: 'arrived', proof: null };
    try {
      const boundary = `fieldbox-${randomUUID()}`;
      const body = formWithFile(boundary, Object.entries(this.session.place), {
        field: 'file',
        // Only letters, digits, hyphens and low lines survive there.
        fileName: `fb_${item.sha256.slice(0, 16)}.dcm`,
        contentType: 'application/dicom',
        bytes: item.bytes,
        open: () => counted(item.open(), (bytes) => hooks.progress(bytes)),
      });
      const answer = await this.session.post(
        '/instance/upload/',
        `multipart/form-data; boundary=${boundary}`,
        body,
        Identifiers,
        hooks.signal,
        false,
      );
      if (!answer.ok) return outcomeOfFault(answer.fault);
      this.memory.keep(item.image, { ...answer.value, sha256: item.sha256, retina: isRetina(item) });
      return { kind: 'arrived', proof: null };
    } catch (error) {
      if (error instanceof HttpFailure) return { kind: 'later', whole: true, trouble: error.trouble };
      throw error;
    }
  }

  /**
   * A series of one image, or a retina image, is proven by the server's own list. Of a series of several only its zip shows which
   * images are in it; where that gives the same bytes back, that is the proof.
   */
  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    const zips = new Map<string, Promise<readonly UnpackedFile[] | ProofOutcome>>();
    const outcomes: ProofOutcome[] = [];
    for (const item of items) {
      try {
        outcomes.push(await this.proveOne(item, zips, signal));
      } catch (error) {
        outcomes.push({ kind: 'later', trouble: troubleOf(error) });
        break;
      }
    }
    return outcomes;
  }

  async query(question: Query, signal: AbortSignal): Promise<QueryAnswer> {
    try {
      return await lookUp(this.session, this.memory, question, signal);
    } catch (error) {
      if (error instanceof HttpFailure) return { kind: 'later', trouble: error.trouble };
      throw error;
    }
  }

  async retrieve(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null> {
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = what;
    const PatientID = what.PatientID ?? this.memory.patientOf(StudyInstanceUID);
    if (PatientID === null) return { code: 'REMOTE_NEEDS_PATIENT' };
    try {
      const study = { PatientID, StudyInstanceUID };
      const series = SeriesInstanceUID === undefined ? await this.seriesOf(study, signal) : [SeriesInstanceUID];
      for (const each of series) {
        const files = await this.zipOf({ ...study, SeriesInstanceUID: each }, signal);
        if ('status' in files) return unexpected(files, '/dicom/get/').trouble;
        for (const file of files)
          if (SOPInstanceUID === undefined || file.SOPInstanceUID === SOPInstanceUID) await take(file.path);
      }
      return null;
    } catch (error) {
      if (error instanceof HttpFailure) return error.trouble;
      throw error;
    }
  }

  async fetchBack(what: Fetchable, into: FetchSink, signal: AbortSignal): Promise<void> {
    if (what === 'results') await this.fetchResults(into, signal);
    else if (what === 'forms') await fetchForms(this.session, this.memory, into, signal);
  }

  async sendEntry(series: SentSeries, entry: OutgoingEntry, signal: AbortSignal): Promise<'sent' | 'there'> {
    const stored = series.images.map((image) => this.memory.of(image)).find((each) => each !== null);
    if (!stored) throw new HttpFailure({ code: 'REMOTE_SERIES' });
    return sendForm(this.session, stored, entry, signal);
  }

  async close(): Promise<void> {
    await this.session.close();
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  private async fetchResults(into: FetchSink, signal: AbortSignal): Promise<void> {
    const { counterparts } = this.surroundings;
    const means = { session: this.session, memory: this.memory, folder: await this.temporary(), counterparts };
    await fetchResults(means, this.settings.results, into, signal);
  }

  private async proveOne(
    item: Outgoing,
    zips: Map<string, Promise<readonly UnpackedFile[] | ProofOutcome>>,
    signal: AbortSignal,
  ): Promise<ProofOutcome> {
    const stored = this.memory.of(item.image);
    if (stored?.sha256 !== item.sha256) return { kind: 'missing' };
    const alone = stored.retina || this.memory.imagesIn(stored.SeriesInstanceUID).length === 1;
    const outcome = alone
      ? await this.listed(stored, signal)
      : inZip(item, stored, await this.shared(zips, stored, signal));
    if (outcome.kind === 'missing') this.memory.forget(item.image);
    return outcome;
  }

  private async listed(stored: Stored, signal: AbortSignal): Promise<ProofOutcome> {
    const answer = await this.session.get('/series/get/', seriesParameters(stored), Found, signal);
    if (answer.ok) return { kind: 'proven', proof: { kind: 'listing', note: 'series/get' } };
    if (answer.fault.words.has('series_not_found') || answer.fault.words.has('object_not_found'))
      return { kind: 'missing' };
    throw unexpected(answer.fault, '/series/get/');
  }

  /** The zip of a series, fetched once for all its images. */
  private shared(
    zips: Map<string, Promise<readonly UnpackedFile[] | ProofOutcome>>,
    stored: Stored,
    signal: AbortSignal,
  ): Promise<readonly UnpackedFile[] | ProofOutcome> {
    const known = zips.get(stored.SeriesInstanceUID);
    if (known !== undefined) return known;
    const fetching = this.zipOf(seriesParameters(stored), signal).then(
      (files): readonly UnpackedFile[] | ProofOutcome => {
        if ('status' in files) {
          if (files.words.has('no_dicom_available')) return { kind: 'unknown' };
          if (files.words.has('series_not_found') || files.words.has('object_not_found')) return { kind: 'missing' };
          throw unexpected(files, '/dicom/get/');
        }
        return files;
      },
    );
    zips.set(stored.SeriesInstanceUID, fetching);
    return fetching;
  }

  private async seriesOf(study: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly string[]> {
    const path = '/patient/study/series/list/';
    const answer = await this.session.get(path, study, SeriesList, signal);
    if (!answer.ok) throw unexpected(answer.fault, path);
    return answer.value.map(({ SeriesInstanceUID }) => SeriesInstanceUID);
  }

  private async zipOf(
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly UnpackedFile[] | Fault> {
    const folder = join(await this.temporary(), randomUUID());
    await mkdir(folder);
    const zip = join(folder, 'series.zip');
    const fault = await this.session.download('/dicom/get/', parameters, zip, signal);
    if (fault !== null) return fault;
    const files = await this.surroundings.counterparts.unpack(zip, join(folder, 'files'));
    await rm(zip, { force: true });
    return files.filter(({ SOPInstanceUID }) => SOPInstanceUID !== null);
  }

  private temporary(): Promise<string> {
    return (this.folder ??= this.surroundings.temporaryFolder());
  }
}

function inZip(item: Outgoing, stored: Stored, files: readonly UnpackedFile[] | ProofOutcome): ProofOutcome {
  if ('kind' in files) return files;
  if (files.some(({ sha256 }) => sha256 === item.sha256))
    return { kind: 'proven', proof: { kind: 'hash', note: 'SHA-256, dicom/get' } };
  // The server may write into files; then its own name of the image has to do.
  return files.some(({ SOPInstanceUID }) => SOPInstanceUID === stored.SOPInstanceUID)
    ? { kind: 'proven', proof: { kind: 'listing', note: 'SOPInstanceUID, dicom/get' } }
    : { kind: 'missing' };
}

function outcomeOfFault(fault: Fault): SendOutcome {
  const { status, words } = fault;
  if (words.has('no_data_submitted') || words.has('invalid_post_value'))
    return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status } };
  const trouble = troubleOfFault(fault);
  if (trouble !== null) return { kind: 'later', whole: true, trouble };
  // An answer without the four identifiers is no success, whatever its status.
  if (status < 300) return { kind: 'later', whole: true, trouble: unexpected(fault, '/instance/upload/').trouble };
  return outcomeOfStatus(status, fault.headers);
}
