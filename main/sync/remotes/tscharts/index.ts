import type { RemoteTest } from '@shared/contract/sync';
import { ImageId } from '@shared/model/ids';
import type { Fetchable, RemoteFile } from '@shared/model/remotes/content';
import { type SettingsOf, TschartsImageType } from '@shared/model/remotes/settings';
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
import { PictureFetcher } from './fetching';
import { TschartsMemory } from './memory';
import { TschartsPatients } from './patients';
import { typeOf } from './picture';
import { isId, sha256Of, TschartsPictures } from './pictures';
import { PictureSender } from './sending';
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

class TschartsConnection implements RemoteConnection {
  private readonly session: TschartsSession;
  private readonly memory: TschartsMemory;
  private readonly pictures: TschartsPictures;
  private readonly copies: Copies;
  private readonly fresh: FreshlySent<ImageId>;
  private readonly sender: PictureSender;
  private readonly fetcher: PictureFetcher;

  constructor(
    private readonly settings: SettingsOf<'tscharts'>,
    private readonly surroundings: Surroundings,
  ) {
    this.session = new TschartsSession(settings, surroundings);
    this.memory = new TschartsMemory(surroundings);
    this.pictures = new TschartsPictures(this.session);
    this.fresh = new FreshlySent(surroundings, ImageId);
    this.copies = new Copies(this.session, this.pictures, this.memory);
    const { session, memory, pictures, fresh } = this;
    this.sender = new PictureSender({
      settings,
      session,
      memory,
      pictures,
      fresh,
      counterparts: surroundings.counterparts,
      isPatientThere: (patient, signal) => this.patients(signal).isThere(patient),
    });
    this.fetcher = new PictureFetcher(memory, pictures, () => surroundings.temporaryFolder());
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
      return await this.sender.send(item, { patient: who.id, type }, hooks);
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
    else if (what === 'images') await this.fetcher.fetchAll(into, signal);
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.fetcher.close();
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
}
