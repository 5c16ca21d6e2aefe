import { fieldboxKind, sliceboxKind } from '../remotes/kinds';
import { describeRude, MORE_HASTE } from './rude';

const http = { http: true, haste: MORE_HASTE, uploads: /^POST \S+\/image\?/ } as const;
/** Something in between takes images and says what a box would say. */
const taken = { status: 204, body: () => '' } as const;

const tooLarge = { status: 413, code: 'REMOTE_TOO_LARGE' } as const;

describeRude({
  ...sliceboxKind,
  ...http,
  lie: { ...taken, shows: 'REMOTE_ANSWER' },
  refusals: [tooLarge, { status: 400, headers: { Server: 'slicebox' }, code: 'REMOTE_UNSUITED' }],
});
describeRude({
  ...fieldboxKind,
  ...http,
  lie: { ...taken, shows: 'REMOTE_ANSWER' },
  refusals: [
    tooLarge,
    { status: 400, headers: { 'fieldbox-box': '1', 'fieldbox-rejected': 'NOT_DICOM' }, code: 'REMOTE_UNSUITED' },
  ],
});
