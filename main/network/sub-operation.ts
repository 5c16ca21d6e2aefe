import { DataSetBuilder } from '../dicom/writer';
import type { FoundInstance } from './provider';
import type { ServiceUser } from './scu';
import { isDone, Status } from './status';

/** How the C-STORE of one instance ended (PS3.4 C.4.2.1.6 to C.4.2.1.8). */
export type SubOperation = 'completed' | 'warning' | 'failed';

/** An explicit VR element with a UI value has two bytes for its length (PS3.5 7.1.2). */
const MOST_LIST_BYTES = 0xfffe;

/**
 * Sends an instance as a sub-operation of C-MOVE or C-GET: as it is stored where the receiver has taken that transfer syntax, in a
 * plain one where it has not and the instance may be sent so. Throws AssociationError when the receiver breaks off.
 */
export async function sendInstance(
  user: ServiceUser,
  instance: FoundInstance,
  origin?: { readonly AETitle: string; readonly messageId: number },
): Promise<SubOperation> {
  const { SOPClassUID, SOPInstanceUID } = instance;
  const asStored = user.association.contextFor(SOPClassUID, instance.transferSyntax);
  if (asStored)
    return outcomeOf(await user.store(asStored, { SOPClassUID, SOPInstanceUID, dataset: instance.open() }, origin));
  const plain = user.association.plainContextFor(SOPClassUID);
  const copy = plain === undefined ? null : await instance.inPlain(plain.transferSyntax);
  if (plain === undefined || copy === null) return 'failed';
  try {
    return outcomeOf(await user.store(plain, { SOPClassUID, SOPInstanceUID, dataset: copy.open() }, origin));
  } finally {
    await copy.remove();
  }
}

/** What of a C-MOVE or C-GET was done, as its responses count it. */
export class Tally {
  private readonly counts: Record<SubOperation, number> = { completed: 0, warning: 0, failed: 0 };
  private readonly failedUids: string[] = [];

  note(outcome: SubOperation, SOPInstanceUID: string): void {
    this.counts[outcome] += 1;
    if (outcome === 'failed') this.failedUids.push(SOPInstanceUID);
  }

  /** The numbers of sub-operations; those that remain are told while some do. */
  command(remaining: number | null) {
    return {
      ...(remaining !== null && { NumberOfRemainingSuboperations: remaining }),
      NumberOfCompletedSuboperations: this.counts.completed,
      NumberOfFailedSuboperations: this.counts.failed,
      NumberOfWarningSuboperations: this.counts.warning,
    };
  }

  /** The final status (PS3.4 table C.4-2, C.4-3). */
  get status(): number {
    const { completed, warning, failed } = this.counts;
    if (failed === 0 && warning === 0) return Status.Success;
    return completed + warning === 0 ? Status.OutOfResourcesSubOperations : Status.SubOperationsWithFailures;
  }

  /** The Failed SOP Instance UID List (PS3.4 C.4.2.1.4.2), as many as its length field can say; null when nothing failed. */
  get failures(): DataSetBuilder | null {
    if (this.failedUids.length === 0) return null;
    let bytes = 0;
    const told = this.failedUids.filter((uid) => (bytes += uid.length + 1) <= MOST_LIST_BYTES);
    return new DataSetBuilder().set('FailedSOPInstanceUIDList', told);
  }
}

function outcomeOf(status: number): SubOperation {
  if (status === Status.Success) return 'completed';
  return isDone(status) ? 'warning' : 'failed';
}
