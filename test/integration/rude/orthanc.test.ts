import { instanceId } from '../../../main/sync/remotes/orthanc/ids';
import { orthancDimseKind, orthancRestKind, orthancWebKind } from '../remotes/kinds';
import { describeRude } from './rude';
import { uidIn } from './uid-in';

describeRude({
  ...orthancRestKind,
  http: true,
  lie: { status: 200, body: instancesAnswer, shows: 'REMOTE_NOT_KEPT' },
});
describeRude({ ...orthancWebKind, http: true, lie: { status: 200, body: storedAnswer, shows: 'REMOTE_NOT_KEPT' } });
describeRude({ ...orthancDimseKind, http: false });

/** Where a file in DICOM format begins, behind its preamble (PS3.10 7.1). */
const PREFIX = 'DICM';

/** What Orthanc says that has taken one image, or each of those in a ZIP. */
function instancesAnswer(sent: Buffer): string {
  const starts: number[] = [];
  for (let at = sent.indexOf(PREFIX); at >= 0; at = sent.indexOf(PREFIX, at + 1)) starts.push(at);
  const stored = starts.map((start) => {
    const file = sent.subarray(start);
    const [study, series, instance] = [0x0020000d, 0x0020000e, 0x00080018].map((tag) => uidIn(file, tag));
    return { ID: instanceId('P0', study ?? '', series ?? '', instance ?? ''), Status: 'Success' };
  });
  return JSON.stringify(sent.includes('PK\x03\x04') ? stored : stored[0]);
}

/** The answer of PS3.18 10.5.3 that names what was sent as stored. */
function storedAnswer(sent: Buffer): string {
  const uid = uidIn(sent, 0x00080018);
  return JSON.stringify({
    '00081199': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: [uid] } }] },
  });
}
