import { createHash } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../../http/json';
import type { AttachedCase } from '../remote';
import type { AttachmentsMemory } from './memory';
import { filters } from './patients';
import { recordsOfCase } from './records';
import { type AttachmentsSession, requireStatus } from './session';

const id = z.string().regex(/^\d{1,20}$/);
const CaseThere = z.object({
  id,
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
});
const Made = z.object({ id });

const MOST_NAME = 200;
/** What the service says of a key that may not work with cases, of a case that is gone, and of one that it does not take. */
const NO_CASES: readonly number[] = [403, 404, 422];

/**
 * The patient cases of the service. A record joins one from the case's side; whether the list that is written replaces the one
 * that is there is not documented, so the union is written. A case of ours is found again by its marker, so that several laptops
 * make one.
 */
export class AttachmentsCases {
  constructor(
    private readonly session: AttachmentsSession,
    private readonly memory: AttachmentsMemory,
    private readonly patient: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Puts a record into the case there that stands for one of ours, which is made if there is none. A file is with the patient
   * all the same where the service refuses the case. Throws HttpFailure.
   */
  async join(ours: AttachedCase, record: string): Promise<void> {
    const marker = markerOf(ours, this.patient);
    const there = this.memory.caseOf(marker) ?? (await this.find(marker));
    if (there === null) return this.make(ours, marker, record);
    this.memory.keepCase(marker, there);
    const records = (await recordsOfCase(this.session, there, this.signal)).map((each) => each.id);
    if (records.includes(record)) return;
    if (!(await this.write(`/patient_cases/${there}`, 'PUT', { patient_attachment_ids: [...records, record] })))
      this.memory.keepCase(marker, null); // it is looked for again the next time
  }

  private async find(marker: string): Promise<string | null> {
    const path = `/patient_cases?${filters(`patient_id:=${this.patient}`)}&per_page=100`;
    const cases = await this.session.list(path, 'patient_cases', CaseThere, this.signal);
    return cases.find(({ name }) => name.includes(marker))?.id ?? null;
  }

  private async make({ name, day }: AttachedCase, marker: string, record: string): Promise<void> {
    const room = MOST_NAME - marker.length - 1;
    const said = Array.from([day ?? '', name].filter((word) => word !== '').join(' '))
      .slice(0, room)
      .join('');
    const answer = await this.write('/patient_cases', 'POST', {
      patient_id: this.patient,
      name: `${said} ${marker}`.trim(),
      ...(day !== null && { issue_date: day }),
      patient_attachment_ids: [record],
    });
    if (answer) this.memory.keepCase(marker, jsonOf(answer, Made, '/patient_cases').id);
  }

  /** Null where the service refuses it. */
  private async write(path: string, method: 'POST' | 'PUT', body: object) {
    const headers = { 'content-type': 'application/json' };
    const answer = await this.session.ask(
      path,
      { method, headers, body: JSON.stringify(body), once: method === 'POST' },
      this.signal,
    );
    if (NO_CASES.includes(answer.status)) return null;
    requireStatus(answer, [200, 201], path);
    return answer;
  }
}

/** By this a case of ours is found there: the same one for a patient, whichever laptop has made it. */
function markerOf({ key }: AttachedCase, patient: string): string {
  return `[fb:${createHash('sha256').update(`${patient} ${key}`).digest('hex').slice(0, 12)}]`;
}
