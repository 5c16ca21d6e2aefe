import { setTimeout as wait } from 'node:timers/promises';
import { Association, AssociationError } from './association';
import { CommandField } from './command';
import { type CommitmentEvent, eventReportRequest } from './commitment';
import { encodeIdentifier } from './identifier';
import type { MoveDestination } from './provider';
import { Status } from './status';
import { PLAIN_SYNTAXES, Services } from './uids';

/** Before each try, in milliseconds: a machine may have to change from sending to listening. */
const WAITS_MS = [0, 5_000, 60_000];

/**
 * Tells a peer over an association of this side's own what is kept of what it has asked about (PS3.4 J.3.3: many machines release
 * the one they have asked on at once, and wait for a call). Gives what it could not be told.
 */
export async function reportByCalling(
  events: readonly CommitmentEvent[],
  peer: MoveDestination & { readonly calledAETitle: string },
  signal: AbortSignal,
): Promise<readonly CommitmentEvent[]> {
  let left = events;
  for (const ms of WAITS_MS) {
    try {
      await wait(ms, undefined, { signal });
    } catch {
      return left; // this side stops
    }
    left = await leftAfterCall(left, peer, signal);
    if (left.length === 0) break;
  }
  return left;
}

async function leftAfterCall(
  events: readonly CommitmentEvent[],
  peer: MoveDestination & { readonly calledAETitle: string },
  signal: AbortSignal,
): Promise<readonly CommitmentEvent[]> {
  const told = new Set<CommitmentEvent>();
  try {
    const association = await Association.request({
      ...peer,
      contexts: [{ id: 1, abstractSyntax: Services.StorageCommitment, transferSyntaxes: PLAIN_SYNTAXES }],
      roles: [{ abstractSyntax: Services.StorageCommitment, scu: false, scp: true }],
      signal,
    });
    try {
      for (const [at, event] of events.entries()) if (await tell(association, at + 1, event)) told.add(event);
    } finally {
      await association.release();
    }
  } catch (error) {
    if (!(error instanceof AssociationError)) throw error;
    // It is not there, or has gone: the next try may find it.
  }
  return events.filter((event) => !told.has(event));
}

/** Whether the peer has heard of it. Throws AssociationError. */
async function tell(association: Association, messageId: number, event: CommitmentEvent): Promise<boolean> {
  const context = association.contextFor(Services.StorageCommitment);
  if (context === undefined) return false;
  const identifier = encodeIdentifier(event.report, context.transferSyntax);
  await association.send(context.id, eventReportRequest(messageId, event), identifier);
  const command = (await association.next())?.command;
  return command?.CommandField === CommandField.EventReportResponse && command.Status === Status.Success;
}
