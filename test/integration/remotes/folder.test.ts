import { describeRemote } from './contract';
import { folderKind } from './kinds';

describeRemote(folderKind);
