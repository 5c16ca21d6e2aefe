import { z } from 'zod';
import { JobId, RemoteKey } from '../model/ids';
import { verb } from './verb';

const Fault = z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) });

/** The box that sealed something: its key as people read it (shared/model/remotes/box-key.ts), and the destination here that has this key. */
const Sender = z.object({ key: z.string(), name: z.string().nullable() });

/** What became of one bundle that was found. What is whole in a damaged or cut one has been taken all the same. */
export const BundleReport = z.object({
  file: z.string(),
  from: Sender.nullable(),
  /** Whole images found in it, and what became of them. */
  images: z.int(),
  added: z.int(),
  alreadyStored: z.int(),
  rejected: z.int(),
  /** Images of the same transactions that this bundle does not hold: they lie in another one, or stayed at the sender. */
  missing: z.int(),
  /** COURIER_CUT, COURIER_DAMAGED, COURIER_OTHER_BOX, COURIER_TOO_NEW, COURIER_UNREADABLE; null when all is well. */
  fault: Fault.nullable(),
  /** Name of the receipt that was laid down for it; null when there was nothing to confirm or it could not be written. */
  receipt: z.string().nullable(),
  receiptFault: Fault.nullable(),
});
export type BundleReport = z.infer<typeof BundleReport>;

/** What became of one receipt that was found. */
export const ReceiptReport = z.object({
  file: z.string(),
  from: Sender.nullable(),
  /** Images that it confirms, and images that the other box would not take. */
  stored: z.int(),
  refused: z.int(),
  fault: Fault.nullable(),
});
export type ReceiptReport = z.infer<typeof ReceiptReport>;

/** What was found in a folder or file, so far while its job runs. */
export const CourierReading = z.object({
  running: z.boolean(),
  bundles: z.array(BundleReport),
  receipts: z.array(ReceiptReport),
});
export type CourierReading = z.infer<typeof CourierReading>;

/** Carrying images to another Fieldbox on a stick: docs/decisions/0021-courier.md. */
export const courierVerbs = {
  /** The key that others seal bundles to, made when it is first asked for; and whether the system protects its secret half. */
  'courier.identity': verb(z.object({}), z.object({ key: z.string(), secretsProtected: z.boolean() }), [
    'COURIER_NO_KEY',
    'SECRET_UNREADABLE',
  ]),
  /**
   * Lays what waits for a courier destination into a folder, which is remembered until another one is named; `again` also
   * what was written before and has no receipt yet (the stick was lost). Progress is that of the outbox.
   */
  'courier.write': verb(
    z.object({
      remote: RemoteKey,
      folder: z.string().min(1).max(4096).optional(),
      again: z.boolean().default(false),
    }),
    z.object({ waiting: z.int() }),
    ['NOT_FOUND', 'REMOTE_CANNOT', 'COURIER_NO_STICK'],
  ),
  /**
   * Reads all bundles and receipts in a folder, or one file, as a job of type import. Receipts for what was taken are laid
   * beside the bundles, or into the folder `receipts`.
   */
  'courier.read': verb(
    z.object({ path: z.string().min(1).max(4096), receipts: z.string().min(1).max(4096).optional() }),
    z.object({ job: JobId }),
    ['COURIER_NO_STICK', 'COURIER_NOTHING', 'COURIER_NO_KEY', 'SECRET_UNREADABLE'],
  ),
  /** What a reading has found; kept as long as the program runs. */
  'courier.reading': verb(z.object({ job: JobId }), CourierReading, ['NOT_FOUND']),
  /** Reads only the receipts in a folder: what they confirm becomes proven. */
  'courier.receipts': verb(
    z.object({ path: z.string().min(1).max(4096) }),
    z.object({ receipts: z.array(ReceiptReport) }),
    ['COURIER_NO_STICK', 'COURIER_NOTHING', 'COURIER_NO_KEY', 'SECRET_UNREADABLE'],
  ),
} as const;

export type CourierVerb = keyof typeof courierVerbs;
