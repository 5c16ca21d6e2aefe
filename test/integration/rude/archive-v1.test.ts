import { archiveV1Kind } from '../remotes/clinic-kinds';
import { describeRude, MORE_HASTE } from './rude';
import { uidIn } from './uid-in';

const TAGS = { StudyInstanceUID: 0x0020000d, SeriesInstanceUID: 0x0020000e, SOPInstanceUID: 0x00080018 } as const;

describeRude({
  ...archiveV1Kind,
  http: true,
  haste: MORE_HASTE,
  lie: {
    status: 200,
    body: (sent) => {
      const uids = Object.entries(TAGS).map(([keyword, tag]) => [keyword, uidIn(sent, tag)] as const);
      return JSON.stringify({ PatientID: 'P0', ...Object.fromEntries(uids) });
    },
    shows: 'REMOTE_NOT_KEPT',
  },
});
