import type { RemoteTest } from '@shared/contract/sync';
import type { ImageId } from '@shared/model/ids';
import type { Fetchable, RemoteFile } from '@shared/model/remotes/content';
import type { SettingsOf } from '@shared/model/remotes/settings';
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
import { AttachmentsCases } from './cases';
import { Copies } from './copies';
import { Fetching } from './fetching';
import { AttachmentsMemory, type Sent, Thing, thingOf } from './memory';
import { AttachmentsPatients } from './patients';
import { putAway, type RecordThere, recordsById } from './records';
import { AttachmentsSession, requireStatus } from './session';
import { Storages } from './storages';
import { Uploading } from './uploading';

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

/** Times that an image may turn out damaged there. */
const MOST_DAMAGES = 2;

class AttachmentsConnection implements RemoteConnection {
  private readonly session: AttachmentsSession;
  private readonly memory: AttachmentsMemory;
  private readonly fresh: FreshlySent<Thing>;
  private readonly storages: Storages;
  private readonly uploading: Uploading;
  private readonly fetching: Fetching;

  constructor(
    private readonly settings: SettingsOf<'attachments'>,
    private readonly surroundings: Surroundings,
  ) {
    this.session = new AttachmentsSession(settings, surroundings);
    this.memory = new AttachmentsMemory(surroundings);
    this.fresh = new FreshlySent(surroundings, Thing);
    this.storages = new Storages(settings, surroundings);
    const { session, memory, fresh, storages } = this;
    const { counterparts } = surroundings;
    this.uploading = new Uploading({ settings, session, memory, fresh, storages, counterparts });
    this.fetching = new Fetching(session, memory, storages, () => surroundings.temporaryFolder());
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
      const outcome = await this.uploading.send(item, patient, hooks);
      if (outcome.kind === 'arrived') await this.putIntoCases(item, patient, hooks.signal);
      return outcome;
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

  filesOf(patient: string, signal: AbortSignal): Promise<readonly RemoteFile[]> {
    return this.fetching.filesOf(patient, signal);
  }

  async withdraw(image: ImageId, signal: AbortSignal): Promise<boolean> {
    // Records that a network has made of it go with it.
    const sent = await new Copies(this.session, this.memory, signal).takeAway(image);
    if (sent === null) return false;
    const was = await putAway(this.session, sent.id, signal);
    this.memory.forget(image, true);
    return was;
  }

  async withdrawOlder(older: ImageId, _newer: ImageId, signal: AbortSignal): Promise<boolean> {
    const sent = this.memory.sent(older);
    if (sent === null) return this.memory.wasTakenAway(older);
    if (!sent.made || this.memory.imageAt(sent.id) !== older) return false;
    await this.withdraw(older, signal);
    return true;
  }

  fetchBack(what: Fetchable, into: FetchSink, signal: AbortSignal): Promise<void> {
    return this.fetching.fetchBack(what, into, signal);
  }

  async close(): Promise<void> {
    await this.session.close();
    this.storages.close();
    await this.fetching.close();
  }

  /** A file of a study or visit joins a case of the patient there, where a person wants that. Throws HttpFailure. */
  private async putIntoCases(item: Outgoing, patient: string, signal: AbortSignal): Promise<void> {
    const record = this.memory.sent(thingOf(item));
    if (!this.settings.intoCases || item.attached === null || record === null) return;
    const cases = new AttachmentsCases(this.session, this.memory, patient, signal);
    for (const each of item.attached.cases) await cases.join(each, record.id);
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
}

/** A key belongs to the part after its last hyphen; another part of the service does not know it. */
function isOtherShard(key: string, url: string): boolean {
  const host = /^api\.([a-z]{2,3}\d{1,2})\.cliniko\.com$/.exec(new URL(url).hostname)?.[1];
  if (host === undefined || key === '') return false;
  return (/-([a-z]{2,3}\d{1,2})$/.exec(key)?.[1] ?? 'au1') !== host;
}
