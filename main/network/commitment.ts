import { z } from 'zod';
import type { DataSetView } from '../dicom/model';
import { Tags } from '../dicom/tags';
import { tagOf } from '../dicom/dictionary';
import { DataSetBuilder } from '../dicom/writer';
import { type Command, CommandField } from './command';
import { Services } from './uids';

/** Failure Reason (PS3.3 C.14): no such object instance. */
const NO_SUCH_INSTANCE = 0x0112;

export interface ReferencedInstance {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
}

const tag = (keyword: string): number => tagOf(keyword) ?? Tags.SOPInstanceUID;

/** The instances named in a sequence of a commitment (PS3.4 J.3.2.1.1, J.3.3.1.1). */
export function referencedIn(dataset: DataSetView, sequence: 'ReferencedSOPSequence'): readonly ReferencedInstance[] {
  return dataset.items(tag(sequence)).map((item) => ({
    SOPClassUID: item.string(tag('ReferencedSOPClassUID')) ?? '',
    SOPInstanceUID: item.string(tag('ReferencedSOPInstanceUID')) ?? '',
  }));
}

/** What a peer reports of the instances it was asked to keep (PS3.4 J.3.3). */
export const CommitmentReport = z.object({
  /** SOP Instance UIDs. */
  committed: z.array(z.string()),
  /** Failure Reason (0008,1197) by SOP Instance UID. */
  failed: z.record(z.string(), z.int()),
});
export type CommitmentReport = z.infer<typeof CommitmentReport>;

/** Reads the information of an event report. */
export function reportOf(report: DataSetView): CommitmentReport {
  const failed = report
    .items(tag('FailedSOPSequence'))
    .map((item) => [item.string(tag('ReferencedSOPInstanceUID')) ?? '', item.number(tag('FailureReason')) ?? 0]);
  return {
    committed: referencedIn(report, 'ReferencedSOPSequence').map(({ SOPInstanceUID }) => SOPInstanceUID),
    failed: Object.fromEntries(failed) as Record<string, number>,
  };
}

/** What a peer is told that has asked for a commitment: event type 1 when all are kept, 2 when some are not (PS3.4 J.3.3). */
export interface CommitmentEvent {
  readonly eventType: 1 | 2;
  readonly report: DataSetBuilder;
  /** How many instances it is about. */
  readonly instances: number;
}

/** The event that answers a request. */
export async function commitmentReport(
  request: DataSetView,
  commit: (instances: readonly ReferencedInstance[]) => Promise<readonly boolean[]>,
): Promise<CommitmentEvent> {
  const instances = referencedIn(request, 'ReferencedSOPSequence');
  const kept = await commit(instances);
  const reference = ({ SOPClassUID, SOPInstanceUID }: ReferencedInstance): DataSetBuilder =>
    new DataSetBuilder().set('ReferencedSOPClassUID', SOPClassUID).set('ReferencedSOPInstanceUID', SOPInstanceUID);
  const report = new DataSetBuilder().set('TransactionUID', request.string(tag('TransactionUID')) ?? '');
  const good = instances.filter((_, at) => kept[at] === true);
  const bad = instances.filter((_, at) => kept[at] !== true);
  if (good.length > 0) report.set('ReferencedSOPSequence', good.map(reference));
  if (bad.length > 0)
    report.set(
      'FailedSOPSequence',
      bad.map((instance) => reference(instance).set('FailureReason', NO_SUCH_INSTANCE)),
    );
  return { report, eventType: bad.length === 0 ? 1 : 2, instances: instances.length };
}

/** N-EVENT-REPORT-RQ (PS3.7 10.3.1) of a commitment. */
export function eventReportRequest(MessageID: number, { eventType }: CommitmentEvent): Command {
  return {
    CommandField: CommandField.EventReportRequest,
    AffectedSOPClassUID: Services.StorageCommitment,
    AffectedSOPInstanceUID: Services.StorageCommitmentInstance,
    MessageID,
    EventTypeID: eventType,
  };
}
