import { tschartsKind } from '../remotes/clinic-kinds';
import { describeRude, MORE_HASTE } from './rude';

describeRude({
  ...tschartsKind,
  http: true,
  haste: MORE_HASTE,
  uploads: /^POST \S+\/image\/$/,
  lie: { status: 200, body: () => '{"id":999999}', shows: 'REMOTE_NOT_KEPT' },
  tidiesLater: true,
});
