import { z } from 'zod';
import { RemoteKey } from '@shared/model/ids';
import { HubSettings } from '@shared/model/remotes/hub';

/** Records of the listener, and of the addresses handed out to boxes. */
export const boxBodies = {
  'hub.saved': HubSettings,
  /** Only the SHA-256 of the token, as hexadecimal digits: who reads the archive cannot use it. The one before is void. */
  'box.addressGiven': z.object({ remote: RemoteKey, token: z.string().regex(/^[0-9a-f]{64}$/) }),
} as const;
