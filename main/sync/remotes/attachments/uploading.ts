import { z } from 'zod';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { jsonOf } from '../../http/json';
import { HttpFailure } from '../../http/trouble';
import type { Counterparts } from '../counterparts';
import type { FreshlySent } from '../fresh';
import type { Outgoing, SendHooks, SendOutcome } from '../remote';
import { recordsWith } from './copies';
import { descriptionOf, fileOf, type FileToSend, markerOf } from './file';
import { type AttachmentsMemory, type Thing, thingOf } from './memory';
import { recordsById, recordsOf } from './records';
import { type AttachmentsSession, requireStatus } from './session';
import { mostBytesOf, PresignedForm, store } from './storage';
import type { Storages } from './storages';

const Made = z.object({ id: z.string().regex(/^\d{1,20}$/) });
const Refusal = z.object({ errors: z.record(z.string(), z.unknown()) });
/** Bytes that are stored and wait for their record. */
const Place = z.object({ uploadUrl: z.string(), patient: z.string(), bytes: z.int(), checked: z.boolean() });
type Place = z.infer<typeof Place>;

/** Tries with a new form before an image is given up. */
const MOST_FORMS = 3;

export interface UploadingParts {
  readonly settings: SettingsOf<'attachments'>;
  readonly session: AttachmentsSession;
  readonly memory: AttachmentsMemory;
  readonly fresh: FreshlySent<Thing>;
  readonly storages: Storages;
  readonly counterparts: Counterparts;
}

/** An upload in its three steps (form, bytes, record), begun where an earlier try has broken off. */
export class Uploading {
  constructor(private readonly parts: UploadingParts) {}

  /** What is there afterwards is remembered. Throws HttpFailure. */
  async send(item: Outgoing, patient: string, hooks: SendHooks): Promise<SendOutcome> {
    const file = await fileOf(item, this.parts.settings, this.parts.counterparts);
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
    const id = item.attached === null ? null : this.parts.memory.takenFrom(patient, item.sha256);
    if (id === null) return null;
    const record = (await recordsById(this.parts.session, [id], signal)).get(id);
    if (record === undefined || (record.archived_at ?? null) !== null) return null;
    this.parts.memory.keep(thingOf(item), { id, bytes, patient, drawn, checked: false, made: false, marker: '' });
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
    const found = (await recordsOf(this.parts.session, patient, signal, `description:~${marker}`)).filter(
      ({ id, description }) => description.includes(marker) && !this.parts.memory.wasPutAwayByUs(id),
    );
    const [living] = recordsWith(found, marker, file.bytes);
    if (living !== undefined) {
      const { bytes, drawn } = file;
      const known = this.parts.memory.sent(thingOf(item));
      const own = known?.id === living.id ? known : null;
      // Where bytes wait for their record, the answer to making it may have been lost.
      const { checked, made } = own ?? { checked: false, made: resume !== null };
      if (made) this.parts.fresh.note(thingOf(item));
      this.parts.memory.keep(thingOf(item), { id: living.id, bytes, patient, drawn, checked, made, marker });
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
    const form = await this.parts.session.get(path, PresignedForm, hooks.signal);
    if (form === null) return { kind: 'parked', code: 'MATCH_GONE' };
    if (this.parts.settings.access.url.startsWith('https:') && !form.url.startsWith('https:'))
      throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'storage without TLS' }, person: true });
    const most = mostBytesOf(form);
    if (most !== null && file.bytes > most) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
    const stored = await store(this.parts.storages.at(form.url), form, file, hooks);
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
    this.parts.fresh.note(thingOf(item));
    const answer = await this.parts.session.ask(
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
    this.parts.memory.keep(thingOf(item), { id, bytes, patient, drawn, checked, made: true, marker });
    return { kind: 'arrived', proof: null };
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
