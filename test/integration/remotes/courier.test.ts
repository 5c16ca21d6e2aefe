import { describeRemote } from './contract';
import { courierKind } from './kinds';

describeRemote(courierKind);
