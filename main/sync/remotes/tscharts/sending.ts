import { z } from 'zod';
import type { ImageId } from '@shared/model/ids';
import type { TschartsImageType } from '@shared/model/remotes/settings';
import { type SettingsOf } from '@shared/model/remotes/settings';
import { jsonOf } from '../../http/json';
import { HttpFailure } from '../../http/trouble';
import type { Counterparts } from '../counterparts';
import type { FreshlySent } from '../fresh';
import type { Outgoing, SendHooks, SendOutcome } from '../remote';
import type { TschartsMemory } from './memory';
import { base64Length, jsonWithData, type Picture, pictureOf } from './picture';
import { sha256Of, type TschartsPictures } from './pictures';
import { isHtml, requireOk, type TschartsSession } from './session';

const Made = z.object({ id: z.int() });

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

/** What sending pictures needs of a connection. */
export interface SendingParts {
  readonly settings: SettingsOf<'tscharts'>;
  readonly session: TschartsSession;
  readonly memory: TschartsMemory;
  readonly pictures: TschartsPictures;
  readonly counterparts: Counterparts;
  readonly fresh: FreshlySent<ImageId>;
  /** Whether a patient of theirs is still there. Throws HttpFailure. */
  readonly isPatientThere: (patient: string, signal: AbortSignal) => Promise<boolean>;
}

/** Where a picture is filed there. */
export interface Filed {
  readonly patient: string;
  readonly type: TschartsImageType;
}

/** Files pictures under a patient of theirs, each once. */
export class PictureSender {
  constructor(private readonly parts: SendingParts) {}

  /** Throws HttpFailure. */
  async send(item: Outgoing, to: Filed, hooks: SendHooks): Promise<SendOutcome> {
    const { memory, counterparts, fresh } = this.parts;
    for (;;) {
      const most = Math.floor(((memory.cap - ENVELOPE_BYTES) * 3) / 4);
      const picture = await pictureOf(item, counterparts, most);
      if (picture === null) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
      if (picture === undefined) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
      const there = await this.find(picture, to, hooks.signal);
      if (there !== null) {
        const { sha256, drawn } = picture;
        // What a lost answer has left there was made by us.
        const tried = memory.wasTried(item.image, sha256);
        if (tried) fresh.note(item.image);
        const made = tried || memory.isMade(there);
        memory.keep(item.image, { ...to, id: there, sha256, drawn, made });
        return { kind: 'arrived', proof: null };
      }
      const outcome = await this.post(item, picture, to, hooks);
      if (outcome !== 'too-large') return outcome;
    }
  }

  /**
   * The same picture among those of the patient: the server has no name, time or checksum to ask for, so each picture of theirs
   * is fetched once and its hash kept. This finds what a lost answer left there, and what another laptop had sent.
   */
  private async find(picture: Picture, { patient, type }: Filed, signal: AbortSignal): Promise<number | null> {
    const { memory, pictures } = this.parts;
    const ids = await pictures.ids(patient, type, signal);
    // Of several the one that was there first: the others may be copies that a network has made of it.
    const known = ids.findLast((id) => memory.hashOf(id) === picture.sha256);
    if (known !== undefined) return known;
    for (const id of ids) {
      if (memory.hashOf(id) !== null) continue;
      const image = await pictures.one(id, signal);
      if (image === null) continue; // taken away meanwhile
      // A fault that passes must not hide what a lost answer left there; one that stays must not hold up the patient for ever.
      if (image === undefined && memory.countUnreadable(id) < MOST_UNREADABLE)
        throw new HttpFailure({ code: 'REMOTE_FAULT', details: { status: 500 } });
      const sha256 = image === undefined ? '' : sha256Of(image);
      memory.noteHash(id, sha256);
      if (sha256 === picture.sha256) return id;
    }
    return null;
  }

  private async post(
    item: Outgoing,
    picture: Picture,
    to: Filed,
    hooks: SendHooks,
  ): Promise<SendOutcome | 'too-large'> {
    const { settings, session, memory, counterparts, fresh } = this.parts;
    const place = counterparts.placeOf(item.image);
    const clinic = place.clinic === null ? settings.clinic : Number(place.clinic);
    const station = place.station === null ? settings.station : Number(place.station);
    const fields = {
      type: to.type,
      patient: Number(to.patient),
      ...(clinic !== null && { clinic }),
      ...(station !== null && { station }),
    };
    const body = jsonWithData(fields, picture, (bytes) => hooks.progress(bytes));
    const { sha256, drawn } = picture;
    memory.noteTried(item.image, { ...to, sha256, drawn, clinic, station });
    fresh.note(item.image);
    const answer = await session.ask(
      'image/',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body, once: true },
      hooks.signal,
    );
    if (answer.status === 413 || (answer.status === 400 && isHtml(answer))) {
      memory.noteNotKept(item.image);
      const cap = KNOWN_CAPS.find((known) => known < body.bytes) ?? Math.floor(body.bytes / 2);
      if (cap < LEAST_CAP || base64Length(picture.bytes) > memory.cap)
        return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
      memory.cap = cap;
      return 'too-large';
    }
    if (answer.status === 400 || answer.status === 404) memory.noteNotKept(item.image);
    if (answer.status === 400) return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: 400 } };
    if (answer.status === 404) return this.gone(to.patient, hooks.signal);
    if (answer.status === 500) return this.faultAt(item.image);
    requireOk(answer, 'image/');
    // Anything else than an object with an id is a proxy's page or a followed redirect, and nothing was kept.
    const { id } = jsonOf(answer, Made, 'image');
    memory.noteHash(id, sha256);
    memory.keep(item.image, { ...to, id, sha256, drawn, made: true });
    return { kind: 'arrived', proof: null };
  }

  /** Patient, clinic or station are not there any more: a person looks. */
  private async gone(patient: string, signal: AbortSignal): Promise<SendOutcome> {
    if (!(await this.parts.isPatientThere(patient, signal))) return { kind: 'parked', code: 'MATCH_GONE' };
    return { kind: 'parked', code: 'REMOTE_REFUSED', details: { status: 404 } };
  }

  private faultAt(image: ImageId): SendOutcome {
    if (this.parts.memory.countFault(image) >= MOST_FAULTS)
      return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: 500 } };
    return { kind: 'later', whole: false, trouble: { code: 'REMOTE_FAULT', details: { status: 500 } } };
  }
}
