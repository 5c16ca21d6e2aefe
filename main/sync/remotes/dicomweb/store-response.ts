import type { HttpAnswer } from '../../http/client';
import { outcomeOfStatus, troubleOfStatus } from '../../http/trouble';
import type { SendOutcome } from '../remote';
import { itemsOf, JsonDataSet, textOf } from './dicom-json';

const FAILED_SOP_SEQUENCE = '00081198';
const REFERENCED_SOP_SEQUENCE = '00081199';
const REFERENCED_SOP_INSTANCE_UID = '00081155';
const FAILURE_REASON = '00081197';

/** Failure reasons of PS3.18 10.5.3 (PS3.4 B.2.3): there already; this class or file is not taken. */
const DUPLICATE = 0x0111;
const NEVER = new Set([0x0122, 0x0124, 0xa900, 0xc000]);

/**
 * What the answer to a STOW-RS request says of the one instance that was sent. A status of 200 proves nothing: only an instance
 * that is named as stored has arrived (PS3.18 10.5.3.2).
 */
export function storedOutcome(answer: HttpAnswer, SOPInstanceUID: string): SendOutcome {
  const trouble = troubleOfStatus(answer.status, answer.headers);
  if (trouble !== null) return { kind: 'later', whole: true, trouble };
  const response = parsed(answer.body);
  if (response === null) {
    if (answer.status >= 400) return outcomeOfStatus(answer.status, answer.headers);
    return {
      kind: 'later',
      whole: true,
      trouble: { code: 'REMOTE_ANSWER', details: { what: 'STOW-RS' }, person: true },
    };
  }
  const named = (item: JsonDataSet): boolean => textOf(item, REFERENCED_SOP_INSTANCE_UID) === SOPInstanceUID;
  if (itemsOf(response, REFERENCED_SOP_SEQUENCE).some(named)) return { kind: 'arrived', proof: null };
  const failed = itemsOf(response, FAILED_SOP_SEQUENCE).find(named);
  const reason = failed === undefined ? NaN : Number(textOf(failed, FAILURE_REASON));
  if (reason === DUPLICATE) return { kind: 'arrived', proof: null }; // whether it is the same one is seen when it is proven
  if (NEVER.has(reason)) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
  if (reason >= 0xa700 && reason <= 0xa7ff)
    return { kind: 'later', whole: true, trouble: { code: 'REMOTE_FAULT', details: { status: reason } } };
  if (failed !== undefined || answer.status >= 400)
    return {
      kind: 'refused',
      code: 'REMOTE_REFUSED',
      details: { status: Number.isNaN(reason) ? answer.status : reason },
    };
  // It neither took nor refused it: said yes and kept nothing.
  return { kind: 'later', whole: false, trouble: { code: 'REMOTE_NOT_KEPT' } };
}

/** Whether the answer says what became of an instance. */
export function isNamed(answer: HttpAnswer, SOPInstanceUID: string): boolean {
  const response = parsed(answer.body);
  if (response === null) return false;
  return [REFERENCED_SOP_SEQUENCE, FAILED_SOP_SEQUENCE].some((sequence) =>
    itemsOf(response, sequence).some((item) => textOf(item, REFERENCED_SOP_INSTANCE_UID) === SOPInstanceUID),
  );
}

function parsed(body: Buffer): JsonDataSet | null {
  try {
    const response = JsonDataSet.safeParse(JSON.parse(body.toString('utf8')));
    return response.success ? response.data : null;
  } catch {
    return null; // an error page or nothing at all
  }
}
