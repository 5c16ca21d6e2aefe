import { z } from 'zod';
import { AnonymisationWay } from '@shared/model/anonymisation';
import { Cause } from '@shared/contract/sync';
import { AttachmentKey, ImageId, RemoteKey, TransactionKey } from '@shared/model/ids';
import { ProofKind } from '@shared/model/remotes/access';
import { RemotePolicy, RemoteSettings } from '@shared/model/remotes/settings';

const Details = z.record(z.string(), z.union([z.string(), z.number()]));

/** What became of one item; `waiting` puts a refused, parked or cancelled one into the queue again. */
export const Delivery = z.object({
  transaction: TransactionKey,
  position: z.int(),
  state: z.enum(['waiting', 'arrived', 'proven', 'refused', 'parked', 'cancelled']),
  fault: z.object({ code: z.string(), details: Details }).nullable(),
  proof: z.object({ kind: ProofKind, note: z.string() }).nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Records of remotes and of what is sent to them. */
export const outboxBodies = {
  'remote.saved': z.object({ remote: RemoteKey, name: z.string(), settings: RemoteSettings, policy: RemotePolicy }),
  'remote.removed': z.object({ remote: RemoteKey }),
  'send.requested': z.object({
    transaction: TransactionKey,
    remote: RemoteKey,
    images: z.array(z.object({ image: ImageId, bytes: z.int() })),
    /** Attached files, with the SHA-256 of their bytes; they follow the images. */
    files: z.array(z.object({ attachment: AttachmentKey, file: ImageId, bytes: z.int() })).optional(),
    anonymise: AnonymisationWay.nullable(),
    priority: z.int(),
    cause: Cause,
  }),
  'send.delivery': z.object({ items: z.array(Delivery).min(1) }),
} as const;
