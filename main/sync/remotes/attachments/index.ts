import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RemoteTest } from '@shared/contract/sync';
import type { ImageId } from '@shared/model/ids';
import type { Fetchable, RemoteFile } from '@shared/model/remotes/content';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { HttpClient } from '../../http/client';
import { jsonOf } from '../../http/json';
import { HttpFailure, troubleOf } from '../../http/trouble';
import { webSecrets, webTest } from '../../http/web-session';
import type { FetchSink, Person } from '../counterparts';
import type {
  Outgoing,
  ProofOutcome,
  RemoteConnection,
  RemoteDriver,
  SendHooks,
  SendOutcome,
  Surroundings,
  Trouble,
} from '../remote';
import { whoIsIt } from '../who';
import { FreshlySent } from '../fresh';
import { Copies, recordsWith } from './copies';
import { descriptionOf, fileOf, type FileToSend, markerOf } from './file';
import { AttachmentsMemory, type Sent, Thing, thingOf } from './memory';
import { AttachmentsPatients, isId } from './patients';
import { sha256Of } from '../../sha256';
import { download, putAway, type RecordThere, recordsById, recordsOf } from './records';
import { AttachmentsSession, requireStatus } from './session';
import { mostBytesOf, PresignedForm, store } from './storage';

/** Files attached to patients of a practice system: the bytes go to its storage by a presigned form, then a record is made. */
export const attachmentsDriver: RemoteDriver<'attachments'> = {
  kind: 'attachments',
  proofs: () => ['listing'],
  secrets: ({ access }) => ['token', ...webSecrets(access)],
  parallel: 1,
  abilities: {
    matches: true,
    fetches: ['files'],
    lists: true,
    withdraws: 'archives',
    takesEntries: false,
    takesFiles: true,
  },
  connect: (settings, surroundings) => new AttachmentsConnection(settings, surroundings),
};

const Made = z.object({ id: z.string().regex(/^\d{1,20}$/) });
const Refusal = z.object({ errors: z.record(z.string(), z.unknown()) });
/** Bytes that are stored and wait for their record. */
const Place = z.object({ uploadUrl: z.string(), patient: z.string(), bytes: z.int(), checked: z.boolean() });
type Place = z.infer<typeof Place>;

/** Tries with a new form before an image is given up. */
const MOST_FORMS = 3;
/** Times that an image may turn out damaged there. */
const MOST_DAMAGES = 2;

class AttachmentsConnection implements RemoteConnection {
  private readonly session: AttachmentsSession;
  private readonly memory: AttachmentsMemory;
  private readonly fresh: FreshlySent<Thing>;
  private readonly storages = new Map<string, HttpClient>();
  private folder: Promise<string> | null = null;

  constructor(
    private readonly settings: SettingsOf<'attachments'>,
    private readonly surroundings: Surroundings,
  ) {
    this.session = new AttachmentsSession(settings, surroundings);
    this.memory = new AttachmentsMemory(surroundings);
    this.fresh = new FreshlySent(surroundings, Thing);
  }

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const trouble = await this.probe(signal);
    const { dicomAs, access } = this.settings;
    return webTest(this.session.web, trouble, new URL(access.url).hostname, {
      steps: [{ step: 'prove', outcome: trouble === null ? 'passed' : 'skipped', fault: null, found: 'size' }],
      proofs: ['listing'],
      warnings: [
        'asks-who',
        ...(dicomAs === 'picture' ? ['pictures-only'] : []),
        ...(isOtherShard(await this.session.key(), access.url) ? ['wrong-shard'] : []),
      ],
    });
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const answer = await this.session.ask(
        '/patient_attachments?per_page=1',
        { method: 'GET', idleMs: 15_000 },
        signal,
      );
      requireStatus(answer, [200], '/patient_attachments');
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    try {
      const copies = new Copies(this.session, this.memory, hooks.signal);
      await this.fresh.lookBack((thing) => copies.takeAway(thing));
      const patients = new AttachmentsPatients(this.session, hooks.signal);
      const who = await whoIsIt(item, this.surroundings.counterparts, patients);
      if ('kind' in who) return who;
      if (this.memory.damages(thingOf(item)) >= MOST_DAMAGES) return { kind: 'refused', code: 'REMOTE_DAMAGED_THERE' };
      const patient = await patients.living(who.id);
      if (patient === null) return { kind: 'parked', code: 'MATCH_GONE' };
      return await this.sendTo(item, patient, hooks);
    } catch (error) {
      if (error instanceof HttpFailure) return { kind: 'later', whole: true, trouble: error.trouble };
      throw error;
    }
  }

  /** A record is proof when its processing has ended and it has as many bytes as were sent. */
  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    try {
      const copies = new Copies(this.session, this.memory, signal);
      const sent: (Sent | null)[] = [];
      for (const item of items) sent.push(await copies.takeAway(thingOf(item)));
      const ids = [...new Set(sent.flatMap((each) => (each === null ? [] : [each.id])))];
      const records = await recordsById(this.session, ids, signal);
      const outcomes: ProofOutcome[] = [];
      for (const [at, item] of items.entries()) {
        const id = sent[at]?.id;
        outcomes.push(await this.proofOf(item, id === undefined ? undefined : records.get(id), signal));
      }
      return outcomes;
    } catch (error) {
      const trouble = troubleOf(error);
      return items.map(() => ({ kind: 'later', trouble }));
    }
  }

  candidates(person: Person, words: string, signal: AbortSignal) {
    return new AttachmentsPatients(this.session, signal).search(person, words);
  }

  async filesOf(patient: string, signal: AbortSignal): Promise<readonly RemoteFile[]> {
    if (!isId(patient)) return [];
    return (await recordsOf(this.session, patient, signal)).map((record) => ({
      id: record.id,
      name: record.filename,
      type: record.content_type,
      description: record.description,
      bytes: record.size ?? null,
      clinic: null,
      station: null,
      addedAt: record.created_at ?? null,
      archived: (record.archived_at ?? null) !== null,
      image: this.memory.imageAt(record.id),
    }));
  }

  async withdraw(image: ImageId, signal: AbortSignal): Promise<boolean> {
    // Records that a network has made of it go with it.
    const sent = await new Copies(this.session, this.memory, signal).takeAway(image);
    if (sent === null) return false;
    const was = await putAway(this.session, sent.id, signal);
    this.memory.forget(image, true);
    return was;
  }

  async withdrawOlder(image: ImageId, signal: AbortSignal): Promise<boolean> {
    const sent = this.memory.sent(image);
    if (sent?.made !== true || this.memory.imageAt(sent.id) !== image) return false;
    await this.withdraw(image, signal);
    return true;
  }

  async fetchBack(what: Fetchable, into: FetchSink, signal: AbortSignal): Promise<void> {
    if (what !== 'files') return;
    for (const { patient, id } of into.patients.filter((each) => isId(each.id))) {
      const records = (await recordsOf(this.session, id, signal)).filter((record) => this.isNewHere(record));
      into.expect(records.length);
      for (const record of records) {
        signal.throwIfAborted();
        await this.fetchFile(record, patient, id, into, signal);
        into.done();
      }
    }
  }

  async close(): Promise<void> {
    await this.session.close();
    for (const storage of this.storages.values()) storage.close();
    this.storages.clear();
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  private async sendTo(item: Outgoing, patient: string, hooks: SendHooks): Promise<SendOutcome> {
    const file = await fileOf(item, this.settings, this.surroundings.counterparts);
    const here =
      (await this.cameFromThere(item, patient, file, hooks.signal)) ??
      (await this.findRecord(item, patient, file, hooks));
    if (here !== null) return here;
    let place = placeOf(hooks.resume, patient, file.bytes);
    for (let forms = 0; forms < MOST_FORMS; forms += 1) {
      if (place === null) {
        const stored = await this.storeBytes(file, patient, hooks);
        if ('kind' in stored) return stored;
        if (stored.place === null) continue;
        place = stored.place;
        hooks.keepPlace(JSON.stringify(place));
      }
      const outcome = await this.makeRecord(item, file, place, hooks.signal);
      if (outcome !== 'new-form') return outcome;
      place = null;
    }
    return { kind: 'later', whole: false, trouble: { code: 'REMOTE_FAULT', details: { status: 422 } } };
  }

  /** A file that was fetched from there is there already, under the record it came from, while that is not put away. */
  private async cameFromThere(
    item: Outgoing,
    patient: string,
    { bytes, drawn }: FileToSend,
    signal: AbortSignal,
  ): Promise<SendOutcome | null> {
    const id = item.attached === null ? null : this.memory.takenFrom(patient, item.sha256);
    if (id === null) return null;
    const record = (await recordsById(this.session, [id], signal)).get(id);
    if (record === undefined || (record.archived_at ?? null) !== null) return null;
    this.memory.keep(thingOf(item), { id, bytes, patient, drawn, checked: false, made: false, marker: '' });
    return { kind: 'arrived', proof: null };
  }

  /** The record of an earlier try, found by its marker: it is set at once, while name and size come later. */
  private async findRecord(
    item: Outgoing,
    patient: string,
    file: FileToSend,
    { signal, resume }: SendHooks,
  ): Promise<SendOutcome | null> {
    const marker = markerOf(item);
    const found = (await recordsOf(this.session, patient, signal, `description:~${marker}`)).filter(
      ({ id, description }) => description.includes(marker) && !this.memory.wasPutAwayByUs(id),
    );
    const [living] = recordsWith(found, marker, file.bytes);
    if (living !== undefined) {
      const { bytes, drawn } = file;
      const known = this.memory.sent(thingOf(item));
      const own = known?.id === living.id ? known : null;
      // Where bytes wait for their record, the answer to making it may have been lost.
      const { checked, made } = own ?? { checked: false, made: resume !== null };
      if (made) this.fresh.note(thingOf(item));
      this.memory.keep(thingOf(item), { id: living.id, bytes, patient, drawn, checked, made, marker });
      return { kind: 'arrived', proof: null };
    }
    // Somebody there did not want it: that is not undone from here.
    return found.length > 0 ? { kind: 'refused', code: 'REMOTE_PUT_AWAY' } : null;
  }

  private async storeBytes(
    file: FileToSend,
    patient: string,
    hooks: SendHooks,
  ): Promise<SendOutcome | { readonly place: Place | null }> {
    const path = `/patients/${patient}/attachment_presigned_post`;
    const form = await this.session.get(path, PresignedForm, hooks.signal);
    if (form === null) return { kind: 'parked', code: 'MATCH_GONE' };
    if (this.settings.access.url.startsWith('https:') && !form.url.startsWith('https:'))
      throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'storage without TLS' }, person: true });
    const most = mostBytesOf(form);
    if (most !== null && file.bytes > most) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
    const stored = await store(this.storageFor(form.url), form, file, hooks);
    if (stored.kind === 'outcome') return stored.outcome;
    if (stored.kind === 'new-form') return { place: null };
    return { place: { uploadUrl: stored.uploadUrl, patient, bytes: file.bytes, checked: stored.checked } };
  }

  /** Makes the record. Never repeated without looking for it first: what a second one does is not documented. */
  private async makeRecord(
    item: Outgoing,
    file: FileToSend,
    place: Place,
    signal: AbortSignal,
  ): Promise<SendOutcome | 'new-form'> {
    const path = '/patient_attachments';
    this.fresh.note(thingOf(item));
    const answer = await this.session.ask(
      path,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          patient_id: place.patient,
          description: descriptionOf(item),
          upload_url: place.uploadUrl,
        }),
        once: true,
      },
      signal,
    );
    if (answer.status === 422) {
      const refusal = Refusal.safeParse(parsed(answer.body));
      if (refusal.success && 'temp_attachment_url' in refusal.data.errors) return 'new-form';
    }
    if (answer.status === 404) return { kind: 'parked', code: 'MATCH_GONE' };
    if (answer.status === 400 || answer.status === 422)
      return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: answer.status } };
    requireStatus(answer, [200, 201], path);
    const { id } = jsonOf(answer, Made, path);
    const { bytes, drawn } = file;
    const { patient, checked } = place;
    const marker = markerOf(item);
    this.memory.keep(thingOf(item), { id, bytes, patient, drawn, checked, made: true, marker });
    return { kind: 'arrived', proof: null };
  }

  private async proofOf(item: Outgoing, record: RecordThere | undefined, signal: AbortSignal): Promise<ProofOutcome> {
    const sent = this.memory.sent(thingOf(item));
    if (sent === null || record === undefined || (record.archived_at ?? null) !== null) {
      this.memory.forget(thingOf(item), false);
      return { kind: 'missing' };
    }
    if (record.processing_completed !== true) return { kind: 'unknown' };
    if (record.content_type === 'invalid/invalid' || record.size !== sent.bytes) {
      // Only what was made from here is put away from here.
      if (!sent.made) return { kind: 'conflict' };
      await putAway(this.session, record.id, signal);
      this.memory.countDamage(thingOf(item));
      this.memory.forget(thingOf(item), true);
      return { kind: 'missing' };
    }
    const note = `${String(sent.bytes)} bytes${sent.checked ? ', MD5' : ''}${sent.drawn ? ', JPEG drawn from it' : ''}`;
    return { kind: 'proven', proof: { kind: 'listing', note } };
  }

  /** Neither ours nor fetched before, ready, and not put away there. */
  private isNewHere(record: RecordThere): boolean {
    return (
      (record.archived_at ?? null) === null &&
      record.processing_completed === true &&
      !this.memory.isOurs(record.id) &&
      !this.memory.isTaken(record.id)
    );
  }

  private async fetchFile(
    record: RecordThere,
    patient: Person['patient'],
    remotePatient: string,
    into: FetchSink,
    signal: AbortSignal,
  ): Promise<void> {
    const folder = join(await (this.folder ??= this.surroundings.temporaryFolder()), randomUUID());
    await mkdir(folder);
    // The name is a label that came over the network: no separators, nothing that a system takes for more than a name.
    const name = record.filename
      .replace(/[^\p{L}\p{N}._ -]+/gu, '_')
      .replace(/^\.+/, '')
      .slice(0, 120);
    const path = join(folder, name === '' ? record.id : name);
    try {
      if (!(await download(this.session, (url) => this.storageFor(url), record.id, path, signal))) return;
      const { id, description } = record;
      const sha256 = await sha256Of(path);
      await into.file({ patient, id, path, name, description, kindOfPicture: null, clinic: null, station: null });
      this.memory.noteTaken(record.id, remotePatient, sha256);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The storage is another host: it gets neither the key nor anything else of the login. */
  private storageFor(url: string): HttpClient {
    const { access } = this.settings;
    const { host } = new URL(url);
    const known = this.storages.get(host);
    if (known !== undefined) return known;
    const certificate = host === new URL(access.url).host ? access.certificate : null;
    const client = new HttpClient({
      certificate,
      headers: {},
      sockets: 2,
      throttle: () => this.surroundings.throttle(),
      ...this.surroundings.patience,
    });
    this.storages.set(host, client);
    return client;
  }
}

function placeOf(resume: string | null, patient: string, bytes: number): Place | null {
  if (resume === null) return null;
  const place = Place.safeParse(parsed(Buffer.from(resume, 'utf8')));
  return place.success && place.data.patient === patient && place.data.bytes === bytes ? place.data : null;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

/** A key belongs to the part after its last hyphen; another part of the service does not know it. */
function isOtherShard(key: string, url: string): boolean {
  const host = /^api\.([a-z]{2,3}\d{1,2})\.cliniko\.com$/.exec(new URL(url).hostname)?.[1];
  if (host === undefined || key === '') return false;
  return (/-([a-z]{2,3}\d{1,2})$/.exec(key)?.[1] ?? 'au1') !== host;
}
