import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { HttpClient } from '../../http/client';
import { HttpFailure, troubleOf } from '../../http/trouble';
import { type AttachmentsSession, requireStatus } from './session';
import { filters } from './patients';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
/** Exports that the service made itself stand among the files and lack most of this. */
export const RecordThere = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  filename: text,
  content_type: text,
  description: text,
  size: z.int().nullish(),
  processing_completed: z.boolean().nullish(),
  created_at: z.string().nullish(),
  archived_at: z.string().nullish(),
  pinned_at: z.string().nullish(),
});
export type RecordThere = z.infer<typeof RecordThere>;

const EVEN_ARCHIVED = 'archived_at:*';
const MOST_IDS = 100;

/** Records of a patient, those that were put away too. */
export function recordsOf(
  session: AttachmentsSession,
  patient: string,
  signal: AbortSignal,
  ...terms: readonly string[]
): Promise<RecordThere[]> {
  const path = `/patients/${patient}/patient_attachments?${filters(...terms, EVEN_ARCHIVED)}&per_page=100`;
  return session.list(path, 'patient_attachments', RecordThere, signal);
}

/** Records that a case holds, those that were put away too: a list that is written must not lose them. */
export function recordsOfCase(session: AttachmentsSession, id: string, signal: AbortSignal): Promise<RecordThere[]> {
  const path = `/patient_cases/${id}/patient_attachments?${filters(EVEN_ARCHIVED)}&per_page=100`;
  return session.list(path, 'patient_attachments', RecordThere, signal);
}

/** Records by their ids; one that a list leaves out is asked for by itself, since an empty list proves nothing. */
export async function recordsById(
  session: AttachmentsSession,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RecordThere>> {
  const found = new Map<string, RecordThere>();
  for (let at = 0; at < ids.length; at += MOST_IDS) {
    const wanted = ids.slice(at, at + MOST_IDS);
    const path = `/patient_attachments?${filters(`id:=${wanted.join(',')}`, EVEN_ARCHIVED)}&per_page=100`;
    for (const row of await session.list(path, 'patient_attachments', RecordThere, signal)) found.set(row.id, row);
    for (const id of wanted) {
      if (found.has(id)) continue;
      const row = await session.get(`/patient_attachments/${id}?${filters(EVEN_ARCHIVED)}`, RecordThere, signal);
      if (row !== null) found.set(id, row);
    }
  }
  return found;
}

/** Puts a record away; false when it was not there any more. */
export async function putAway(session: AttachmentsSession, id: string, signal: AbortSignal): Promise<boolean> {
  const path = `/patient_attachments/${id}/archive`;
  const answer = await session.ask(path, { method: 'POST' }, signal);
  if (answer.status === 404) return false;
  requireStatus(answer, [200, 204], path);
  return true;
}

/** Fetches the content of a record: the service points to its storage, which is asked without the key. */
export async function download(
  session: AttachmentsSession,
  storageFor: (url: string) => HttpClient,
  id: string,
  target: string,
  signal: AbortSignal,
): Promise<boolean> {
  const path = `/patient_attachments/${id}/content`;
  const pointer = await session.ask(path, { method: 'GET' }, signal);
  const url = pointer.headers.location;
  if (pointer.status === 404) return false;
  requireStatus(pointer, [302, 303, 307], path);
  if (url === undefined || !/^https?:\/\//.test(url))
    throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'content' }, person: true });
  const answer = await storageFor(url).open({ method: 'GET', url, signal });
  if (answer.status !== 200) {
    answer.body.resume();
    return false;
  }
  try {
    await pipeline(answer.body, createWriteStream(target), { signal });
  } catch (error) {
    throw new HttpFailure(troubleOf(error), error);
  }
  return true;
}
