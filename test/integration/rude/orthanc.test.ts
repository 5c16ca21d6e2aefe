import { orthancDimseKind, orthancRestKind, orthancWebKind } from '../remotes/kinds';
import { describeRude } from './rude';

describeRude({ ...orthancRestKind, http: true, lie: () => '{"ID":"0","Status":"Success"}' });
describeRude({ ...orthancWebKind, http: true, lie: storedAnswer });
describeRude({ ...orthancDimseKind, http: false });

/** The answer of PS3.18 10.5.3 that names what was sent as stored. */
function storedAnswer(sent: Buffer): string {
  const at = sent.indexOf(Buffer.from([0x08, 0, 0x18, 0, 0x55, 0x49])); // SOPInstanceUID, UI
  const uid = sent.toString('latin1', at + 8, at + 8 + sent.readUInt16LE(at + 6)).replace(/\0$/, '');
  return JSON.stringify({
    '00081199': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: [uid] } }] },
  });
}
