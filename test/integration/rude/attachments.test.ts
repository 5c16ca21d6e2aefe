import { attachmentsKind } from '../remotes/clinic-kinds';
import { describeRude, MORE_HASTE } from './rude';

describeRude({
  ...attachmentsKind,
  http: true,
  haste: MORE_HASTE,
  lie: { status: 201, body: () => '{"id":"1968645883121649999"}', shows: 'REMOTE_NOT_KEPT' },
  busy: { 'Retry-After': '1' },
  tidiesLater: true,
});
