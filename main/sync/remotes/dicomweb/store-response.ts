import type { HttpAnswer } from '../../http/client';
import { outcomeOfStatus, troubleOfStatus } from '../../http/trouble';
import type { Outgoing, SendOutcome, Trouble } from '../remote';
import type { Told } from '../together';
import { itemsOf, JsonDataSet, textOf } from './dicom-json';

const FAILED_SOP_SEQUENCE = '00081198';
const REFERENCED_SOP_SEQUENCE = '00081199';
const REFERENCED_SOP_INSTANCE_UID = '00081155';
const FAILURE_REASON = '00081197';

/** Failure reasons of PS3.18 10.5.3 (PS3.4 B.2.3): there already; this class or file is not taken. */
const DUPLICATE = 0x0111;
const NEVER = new Set([0x0122, 0x0124, 0xa900, 0xc000]);

/**
 * What the answer to a STOW-RS request says of the instances that were sent. A status of 200 proves nothing: only an instance that is
 * named as stored has arrived (PS3.18 10.5.3.2).
 */
export class StoreResponse implements Told {
  private readonly response: JsonDataSet | null;
  private readonly trouble: Trouble | null;

  constructor(private readonly answer: Pick<HttpAnswer, 'status' | 'headers' | 'body'>) {
    this.trouble = troubleOfStatus(answer.status, answer.headers);
    this.response = parsed(answer.body);
  }

  get isTrouble(): boolean {
    return this.trouble !== null;
  }

  named(item: Outgoing): SendOutcome | null {
    const { SOPInstanceUID } = item.facts;
    const isNamed = [REFERENCED_SOP_SEQUENCE, FAILED_SOP_SEQUENCE].some((sequence) =>
      this.item(sequence, SOPInstanceUID),
    );
    return isNamed ? this.outcome(item) : null;
  }

  outcome({ facts: { SOPInstanceUID } }: Outgoing): SendOutcome {
    const { status, headers } = this.answer;
    if (this.trouble !== null) return { kind: 'later', whole: true, trouble: this.trouble };
    if (this.response === null) {
      if (status >= 400) return outcomeOfStatus(status, headers);
      return {
        kind: 'later',
        whole: true,
        trouble: { code: 'REMOTE_ANSWER', details: { what: 'STOW-RS' }, person: true },
      };
    }
    if (this.item(REFERENCED_SOP_SEQUENCE, SOPInstanceUID)) return { kind: 'arrived', proof: null };
    const failed = this.item(FAILED_SOP_SEQUENCE, SOPInstanceUID);
    const reason = failed === undefined ? NaN : Number(textOf(failed, FAILURE_REASON));
    if (reason === DUPLICATE) return { kind: 'arrived', proof: null }; // whether it is the same one is seen when it is proven
    if (NEVER.has(reason)) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
    if (reason >= 0xa700 && reason <= 0xa7ff)
      return { kind: 'later', whole: true, trouble: { code: 'REMOTE_FAULT', details: { status: reason } } };
    if (failed !== undefined || status >= 400)
      return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: Number.isNaN(reason) ? status : reason } };
    // It neither took nor refused it: said yes and kept nothing.
    return { kind: 'later', whole: false, trouble: { code: 'REMOTE_NOT_KEPT' } };
  }

  private item(sequence: string, SOPInstanceUID: string): JsonDataSet | undefined {
    if (this.response === null) return undefined;
    return itemsOf(this.response, sequence).find(
      (item) => textOf(item, REFERENCED_SOP_INSTANCE_UID) === SOPInstanceUID,
    );
  }
}

function parsed(body: Buffer): JsonDataSet | null {
  try {
    const response = JsonDataSet.safeParse(JSON.parse(body.toString('utf8')));
    return response.success ? response.data : null;
  } catch {
    return null; // an error page or nothing at all
  }
}
