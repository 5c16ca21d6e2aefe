import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RemoteTest } from '@shared/contract/sync';
import { ImageId } from '@shared/model/ids';
import type { Fetchable, RemoteFile } from '@shared/model/remotes/content';
import { type SettingsOf, TschartsImageType } from '@shared/model/remotes/settings';
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
import { FreshlySent } from '../fresh';
import { whoIsIt } from '../who';
import { fetchClinics } from './places';
import { Copies } from './copies';
import { TschartsMemory } from './memory';
import { TschartsPatients } from './patients';
import { base64Length, bytesOfData, jsonWithData, type Picture, pictureOf, typeOf } from './picture';
import { isId, sha256Of, TschartsPictures } from './pictures';
import { isHtml, requireOk, troubleOfAnswer, TschartsSession } from './session';

/** tscharts: pictures filed under a patient of theirs, as JPEG or PNG in JSON. */
export const tschartsDriver: RemoteDriver<'tscharts'> = {
  kind: 'tscharts',
  proofs: () => ['hash'],
  secrets: ({ access }) => ['password', ...webSecrets(access)],
  // One at a time: its order of pictures is that of their arrival.
  parallel: 1,
  abilities: {
    matches: true,
    fetches: ['clinics', 'images'],
    lists: true,
    withdraws: 'deletes',
    takesEntries: false,
    takesFiles: false,
  },
  connect: (settings, surroundings) => new TschartsConnection(settings, surroundings),
};

const Made = z.object({ id: z.int() });

const KINDS = { Headshot: 'headshot', Xray: 'xray', Surgery: 'surgery', Audiogram: 'audiogram' } as const;

/** Faults of the server at one picture before it is taken for good. */
const MOST_FAULTS = 5;
/** Looks at a picture of theirs that cannot be read before it counts as lost there. */
const MOST_UNREADABLE = 3;
/** What JSON costs around a picture. */
const ENVELOPE_BYTES = 160;
/** Sizes at which servers are known to stop (Django's limit, nginx's): below the body that was refused. */
const KNOWN_CAPS = [2_621_440, 1_048_576] as const;
/** Below this nothing useful can be sent. */
const LEAST_CAP = 65_536;

class TschartsConnection implements RemoteConnection {
  private readonly session: TschartsSession;
  private readonly memory: TschartsMemory;
  private readonly pictures: TschartsPictures;
  private readonly copies: Copies;
  private readonly fresh: FreshlySent<ImageId>;
  private folder: Promise<string> | null = null;

  constructor(
    private readonly settings: SettingsOf<'tscharts'>,
    private readonly surroundings: Surroundings,
  ) {
    this.session = new TschartsSession(settings, surroundings);
    this.memory = new TschartsMemory(surroundings);
    this.pictures = new TschartsPictures(this.session);
    this.fresh = new FreshlySent(surroundings, ImageId);
    this.copies = new Copies(this.session, this.pictures, this.memory);
  }

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const trouble = await this.probe(signal);
    return webTest(this.session.web, trouble, 'tscharts', {
      steps: [{ step: 'prove', outcome: trouble === null ? 'passed' : 'skipped', fault: null, found: 'SHA-256' }],
      proofs: ['hash'],
      warnings: [
        'pictures-only',
        'asks-who',
        'late-headshot',
        ...(this.settings.clinic === null ? ['xray-without-clinic'] : []),
      ],
    });
  }

  /** The list of stations is short, and needs the login. */
  async probe(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const answer = await this.session.ask('station/', { method: 'GET', idleMs: 15_000 }, signal);
      return answer.status === 200 || (answer.status === 404 && !isHtml(answer))
        ? null
        : troubleOfAnswer(answer, 'station/');
    } catch (error) {
      return troubleOf(error);
    }
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    try {
      await this.fresh.lookBack((image) => this.copies.takeAway(image, hooks.signal));
      const who = await whoIsIt(item, this.surroundings.counterparts, this.patients(hooks.signal));
      if ('kind' in who) return who;
      if (!isId(who.id)) return { kind: 'parked', code: 'MATCH_GONE' };
      const type = typeOf(item, this.settings);
      if (type === null) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
      return await this.sendPicture(item, who.id, type, hooks);
    } catch (error) {
      if (error instanceof HttpFailure) return { kind: 'later', whole: true, trouble: error.trouble };
      throw error;
    }
  }

  /** What was sent is read back whole: the server computes no checksum and its "200" says little. */
  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    const outcomes: ProofOutcome[] = [];
    for (const item of items) {
      try {
        outcomes.push(await this.proveOne(item, signal));
      } catch (error) {
        outcomes.push({ kind: 'later', trouble: troubleOf(error) });
        break;
      }
    }
    return outcomes;
  }

  candidates(person: Person, words: string, signal: AbortSignal) {
    return this.patients(signal).search(person, words);
  }

  async filesOf(patient: string, signal: AbortSignal): Promise<readonly RemoteFile[]> {
    const files: RemoteFile[] = [];
    for (const type of TschartsImageType.options) {
      for (const id of await this.pictures.ids(patient, type, signal)) {
        files.push({
          id: String(id),
          name: '',
          type,
          description: '',
          bytes: null,
          clinic: null,
          station: null,
          addedAt: null,
          archived: false,
          image: this.memory.imageAt(id),
        });
      }
    }
    return files;
  }

  async isThere(image: ImageId, signal: AbortSignal): Promise<boolean> {
    const sent = this.memory.sent(image) ?? (await this.copies.ofLostAnswer(image, signal));
    return sent !== null && (await this.pictures.ids(sent.patient, sent.type, signal)).includes(sent.id);
  }

  async withdraw(image: ImageId, signal: AbortSignal): Promise<boolean> {
    // Copies that a network has made go with it.
    await this.copies.takeAway(image, signal);
    const sent = this.memory.sent(image);
    if (sent === null || !this.isShared(sent.id, image)) return this.remove(image, signal);
    this.memory.takenAway(image);
    return true;
  }

  async withdrawOlder(older: ImageId, newer: ImageId, signal: AbortSignal): Promise<boolean> {
    const sent = this.memory.sent(older);
    if (sent === null) return this.memory.wasTakenAway(older);
    // The same picture stands for the newer version (nothing about the picture was corrected), or for another image.
    if (this.isShared(sent.id, older)) {
      this.memory.takenAway(older);
      return true;
    }
    const now = this.memory.sent(newer);
    if (!sent.made || now === null) return false;
    // Time may have passed since the newer one was read back.
    if (!(await this.pictures.ids(now.patient, now.type, signal)).includes(now.id)) return false;
    const isCopy = now.sha256 === sent.sha256 && now.patient === sent.patient && now.type === sent.type;
    if (isCopy) await this.remove(older, signal);
    else await this.withdraw(older, signal);
    return true;
  }

  async fetchBack(what: Fetchable, into: FetchSink, signal: AbortSignal): Promise<void> {
    if (what === 'clinics') await fetchClinics(this.session, into, signal);
    else if (what === 'images') await this.fetchImages(into, signal);
  }

  async close(): Promise<void> {
    await this.session.close();
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  /** Whether a picture of theirs stands for another image too, which was sent with the same bytes. */
  private isShared(id: number, image: ImageId): boolean {
    return this.memory.imagesAt(id).some((other) => other !== image);
  }

  /** Takes away the picture that was sent; false when it is not there. */
  private async remove(image: ImageId, signal: AbortSignal): Promise<boolean> {
    const sent = this.memory.sent(image);
    if (sent === null) return false;
    const answer = await this.session.ask(`image/${String(sent.id)}/`, { method: 'DELETE' }, signal);
    if (answer.status !== 404) requireOk(answer, 'image/');
    this.memory.takenAway(image);
    this.memory.forgetThere(sent.id);
    return answer.status === 200;
  }

  private patients(signal: AbortSignal): TschartsPatients {
    return new TschartsPatients(this.session, this.surroundings.counterparts, this.settings.exactMatch, signal);
  }

  private async sendPicture(
    item: Outgoing,
    patient: string,
    type: TschartsImageType,
    hooks: SendHooks,
  ): Promise<SendOutcome> {
    const { counterparts } = this.surroundings;
    for (;;) {
      const most = Math.floor(((this.memory.cap - ENVELOPE_BYTES) * 3) / 4);
      const picture = await pictureOf(item, counterparts, most);
      if (picture === null) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
      if (picture === undefined) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
      const there = await this.find(picture, patient, type, hooks.signal);
      if (there !== null) {
        const { sha256, drawn } = picture;
        // What a lost answer has left there was made by us.
        const tried = this.memory.wasTried(item.image, sha256);
        if (tried) this.fresh.note(item.image);
        const made = tried || this.memory.isMade(there);
        this.memory.keep(item.image, { id: there, sha256, patient, type, drawn, made });
        return { kind: 'arrived', proof: null };
      }
      const outcome = await this.post(item, picture, patient, type, hooks);
      if (outcome !== 'too-large') return outcome;
    }
  }

  /**
   * The same picture among those of the patient: the server has no name, time or checksum to ask for, so each picture of theirs
   * is fetched once and its hash kept. This finds what a lost answer left there, and what another laptop had sent.
   */
  private async find(
    picture: Picture,
    patient: string,
    type: TschartsImageType,
    signal: AbortSignal,
  ): Promise<number | null> {
    const ids = await this.pictures.ids(patient, type, signal);
    // Of several the one that was there first: the others may be copies that a network has made of it.
    const known = ids.findLast((id) => this.memory.hashOf(id) === picture.sha256);
    if (known !== undefined) return known;
    for (const id of ids) {
      if (this.memory.hashOf(id) !== null) continue;
      const image = await this.pictures.one(id, signal);
      if (image === null) continue; // taken away meanwhile
      // A fault that passes must not hide what a lost answer left there; one that stays must not hold up the patient for ever.
      if (image === undefined && this.memory.countUnreadable(id) < MOST_UNREADABLE)
        throw new HttpFailure({ code: 'REMOTE_FAULT', details: { status: 500 } });
      const sha256 = image === undefined ? '' : sha256Of(image);
      this.memory.noteHash(id, sha256);
      if (sha256 === picture.sha256) return id;
    }
    return null;
  }

  private async post(
    item: Outgoing,
    picture: Picture,
    patient: string,
    type: TschartsImageType,
    hooks: SendHooks,
  ): Promise<SendOutcome | 'too-large'> {
    const place = this.surroundings.counterparts.placeOf(item.image);
    const clinic = place.clinic === null ? this.settings.clinic : Number(place.clinic);
    const station = place.station === null ? this.settings.station : Number(place.station);
    const fields = {
      type,
      patient: Number(patient),
      ...(clinic !== null && { clinic }),
      ...(station !== null && { station }),
    };
    const body = jsonWithData(fields, picture, (bytes) => hooks.progress(bytes));
    const { sha256, drawn } = picture;
    this.memory.noteTried(item.image, { sha256, patient, type, drawn, clinic, station });
    this.fresh.note(item.image);
    const answer = await this.session.ask(
      'image/',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body, once: true },
      hooks.signal,
    );
    if (answer.status === 413 || (answer.status === 400 && isHtml(answer))) {
      this.memory.noteNotKept(item.image);
      const cap = KNOWN_CAPS.find((known) => known < body.bytes) ?? Math.floor(body.bytes / 2);
      if (cap < LEAST_CAP || base64Length(picture.bytes) > this.memory.cap)
        return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
      this.memory.cap = cap;
      return 'too-large';
    }
    if (answer.status === 400 || answer.status === 404) this.memory.noteNotKept(item.image);
    if (answer.status === 400) return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: 400 } };
    if (answer.status === 404) return this.gone(patient, hooks.signal);
    if (answer.status === 500) return this.faultAt(item.image);
    requireOk(answer, 'image/');
    // Anything else than an object with an id is a proxy's page or a followed redirect, and nothing was kept.
    const { id } = jsonOf(answer, Made, 'image');
    this.memory.noteHash(id, sha256);
    this.memory.keep(item.image, { id, sha256, patient, type, drawn, made: true });
    return { kind: 'arrived', proof: null };
  }

  /** Patient, clinic or station are not there any more: a person looks. */
  private async gone(patient: string, signal: AbortSignal): Promise<SendOutcome> {
    if (!(await this.patients(signal).isThere(patient))) return { kind: 'parked', code: 'MATCH_GONE' };
    return { kind: 'parked', code: 'REMOTE_REFUSED', details: { status: 404 } };
  }

  private faultAt(image: ImageId): SendOutcome {
    if (this.memory.countFault(image) >= MOST_FAULTS)
      return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: 500 } };
    return { kind: 'later', whole: false, trouble: { code: 'REMOTE_FAULT', details: { status: 500 } } };
  }

  private async proveOne(item: Outgoing, signal: AbortSignal): Promise<ProofOutcome> {
    const sent = this.memory.sent(item.image);
    if (sent === null) return { kind: 'missing' };
    const image = await this.pictures.one(sent.id, signal);
    if (image === null) {
      this.memory.forget(item.image);
      return { kind: 'missing' };
    }
    if (image === undefined) return { kind: 'unknown' };
    if (sha256Of(image) !== sent.sha256 || String(image.patient) !== sent.patient) return { kind: 'conflict' };
    await this.copies.takeAway(item.image, signal);
    // The copy that stays may be another one: it is read back too.
    if (this.memory.sent(item.image)?.id !== sent.id) return this.proveOne(item, signal);
    return {
      kind: 'proven',
      proof: { kind: 'hash', note: sent.drawn ? 'SHA-256 of a JPEG drawn from it' : 'SHA-256' },
    };
  }

  private async fetchImages(into: FetchSink, signal: AbortSignal): Promise<void> {
    for (const { patient, id: there } of into.patients) {
      for (const type of TschartsImageType.options) {
        const ids = (await this.pictures.ids(there, type, signal)).filter(
          (id) => this.memory.imageAt(id) === null && !this.memory.isTaken(id),
        );
        into.expect(ids.length);
        // Oldest first, as they came there.
        for (const id of [...ids].reverse()) {
          signal.throwIfAborted();
          await this.fetchImage(id, patient, type, into, signal);
          into.done();
        }
      }
    }
  }

  private async fetchImage(
    id: number,
    patient: Person['patient'],
    type: TschartsImageType,
    into: FetchSink,
    signal: AbortSignal,
  ): Promise<void> {
    const image = await this.pictures.one(id, signal);
    const bytes = image ? bytesOfData(image.data) : null;
    if (!image) return; // gone meanwhile, or its file is lost there: asked for again another time
    const sha256 = sha256Of(image);
    this.memory.noteHash(id, sha256);
    if (this.memory.isOwn(sha256)) return; // a copy of what came from here
    const path = join(await (this.folder ??= this.surroundings.temporaryFolder()), String(id));
    // Text that is no base64 is handed on as it is: it is refused with a reason and shows in the count.
    await writeFile(path, bytes ?? image.data);
    await into.image({
      patient,
      id: String(id),
      path,
      name: String(id),
      description: '',
      kindOfPicture: KINDS[type],
      clinic: image.clinic === null ? null : String(image.clinic),
      station: image.station === null ? null : String(image.station),
    });
    this.memory.noteTaken(id);
    await rm(path, { force: true });
  }
}
