import { z } from 'zod';
import { AttachmentCase } from '@shared/contract/attachments';
import { AttachmentKey, ImageId, PatientKey } from '@shared/model/ids';

/** Records of files attached to patients. The file itself has its own record, 'file.stored'. */
export const attachmentBodies = {
  'attachment.added': z.object({
    attachment: AttachmentKey,
    patient: PatientKey,
    file: ImageId,
    name: z.string(),
    description: z.string(),
    cases: z.array(AttachmentCase),
    pinned: z.boolean(),
    processed: z.boolean(),
  }),
  /** Only what was changed is there. */
  'attachment.changed': z.object({
    attachment: AttachmentKey,
    description: z.string().optional(),
    cases: z.array(AttachmentCase).optional(),
    pinned: z.boolean().optional(),
    processed: z.boolean().optional(),
    archived: z.boolean().optional(),
  }),
} as const;
