import { z } from 'zod';
import { CommitmentReport } from '../../network/commitment';
import type { Surroundings } from './remote';

/** A storage commitment that was asked for (PS3.4 J.3.2), until all of its items are decided. */
const OpenRequest = z.object({
  transactionUID: z.string(),
  /** Names of the items of the outbox. */
  items: z.array(z.string()),
  /** How often its report was looked for and had not come. */
  rounds: z.int(),
  report: CommitmentReport.nullable(),
});
export type OpenRequest = z.infer<typeof OpenRequest>;

type Memory = Pick<Surroundings, 'recall' | 'remember'>;

const LIST = 'commitments';
const SEPARATELY = 'commitments-separately';
/** The oldest are given up: a peer that never reports must not fill the index. */
const MOST_OPEN = 500;

/** The name under which a request is kept in a destination's memory. */
export function requestName(transactionUID: string): string {
  return `commitment:${transactionUID}`;
}

export function openRequests(memory: Memory): readonly OpenRequest[] {
  return listed(memory).flatMap((uid) => readRequest(memory.recall(requestName(uid))) ?? []);
}

/** A request as it is kept; null when there is none. */
export function readRequest(text: string | null): OpenRequest | null {
  return text === null ? null : OpenRequest.parse(JSON.parse(text));
}

export function keepRequest(memory: Memory, request: OpenRequest): void {
  memory.remember(requestName(request.transactionUID), JSON.stringify(request));
  const uids = listed(memory);
  if (uids.includes(request.transactionUID)) return;
  const open = [...uids, request.transactionUID];
  for (const old of open.slice(0, -MOST_OPEN)) memory.remember(requestName(old), null);
  memory.remember(LIST, JSON.stringify(open.slice(-MOST_OPEN)));
}

export function forgetRequest(memory: Memory, transactionUID: string): void {
  const uids = listed(memory);
  if (!uids.includes(transactionUID)) return;
  memory.remember(requestName(transactionUID), null);
  memory.remember(LIST, JSON.stringify(uids.filter((uid) => uid !== transactionUID)));
}

/** Whether the peer has ever reported over an association of its own. */
export function reportsComeSeparately(memory: Memory): boolean {
  return memory.recall(SEPARATELY) !== null;
}

export function noteSeparateReport(memory: Memory): void {
  if (!reportsComeSeparately(memory)) memory.remember(SEPARATELY, 'yes');
}

function listed(memory: Memory): readonly string[] {
  const text = memory.recall(LIST);
  return text === null ? [] : z.array(z.string()).parse(JSON.parse(text));
}
