import type { EngineVerb } from '@shared/contract';
import type { Purpose } from './gate';

/**
 * Every act by which something of a person gets out of the archive, and what for: each asks the gate (test/integration/leaving.test.ts).
 * All other acts change the archive, or show what is in it to who is signed in here.
 */
export const givesOut: Readonly<Partial<Record<EngineVerb, Purpose>>> = {
  'images.saveCopy': 'copy',
  'images.base64': 'hub',
  'attachments.saveCopy': 'copy',
  'export.start': 'export',
  'exportSets.create': 'export',
  'results.save': 'export',
  'entries.export': 'export',
  'entries.printable': 'print',
  'log.export': 'export',
  'anonymisation.csv': 'keys',
  'grouped.dicom': 'hub',
  'grouped.results': 'hub',
  'grouped.entries': 'hub',
  'outbox.send': 'send',
  'remotes.sendEntry': 'send',
  'courier.write': 'send',
  'ledger.csv': 'export',
  'ledger.export': 'export',
};
