import { orthancDimseKind, orthancRestKind, orthancWebKind } from '../remotes/kinds';
import { describeRude } from './rude';
import { uidIn } from './uid-in';

describeRude({
  ...orthancRestKind,
  http: true,
  lie: { status: 200, body: () => '{"ID":"0","Status":"Success"}', shows: 'REMOTE_NOT_KEPT' },
});
describeRude({ ...orthancWebKind, http: true, lie: { status: 200, body: storedAnswer, shows: 'REMOTE_NOT_KEPT' } });
describeRude({ ...orthancDimseKind, http: false });

/** The answer of PS3.18 10.5.3 that names what was sent as stored. */
function storedAnswer(sent: Buffer): string {
  const uid = uidIn(sent, 0x00080018);
  return JSON.stringify({
    '00081199': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: [uid] } }] },
  });
}
