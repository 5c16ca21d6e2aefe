import { z } from 'zod';
import { TransactionKey } from '@shared/model/ids';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** An image: its bytes follow. */
const ImageLetter = z.object({
  kind: z.literal('image'),
  transaction: TransactionKey,
  position: z.int().min(1),
  total: z.int().min(1),
  bytes: z.int().min(0),
  sha256: Sha256,
});
export type ImageLetter = z.infer<typeof ImageLetter>;

/** A file that is attached to a patient: its bytes follow. */
const FileLetter = ImageLetter.extend({
  kind: z.literal('file'),
  name: z.string().max(1000),
  description: z.string().max(1020),
  pinned: z.boolean(),
  /** By these the other box knows whose it is, as it does of images. */
  patient: z.object({
    PatientID: z.string().max(64),
    IssuerOfPatientID: z.string().max(64),
    PatientName: z.string().max(324),
    PatientBirthDate: z.string().max(8),
    PatientSex: z.string().max(16),
  }),
});
export type FileLetter = z.infer<typeof FileLetter>;

/** A receipt: its entries follow as JSON. */
const ReceiptLetter = z.object({ kind: z.literal('receipt') });

/** What stands first on the inside of a letter. */
export const LetterContent = z.discriminatedUnion('kind', [ImageLetter, FileLetter, ReceiptLetter]);
export type LetterContent = z.infer<typeof LetterContent>;

/** What became of an image or file at the other box: stored there with these bytes, or refused with the code of the reason. */
export const ReceiptEntry = z.object({
  transaction: TransactionKey,
  position: z.int().min(1),
  sha256: Sha256,
  refused: z.string().max(64).nullable(),
});
export type ReceiptEntry = z.infer<typeof ReceiptEntry>;
export const ReceiptEntries = z.array(ReceiptEntry);
