import { z } from 'zod';
import { Headers } from './protocol';

/**
 * Several small images in one request between two Fieldboxes (`POST images`), so that they share what a request, a flush, a record
 * and a commit cost. The body is a head, JSON of `fieldbox-head` bytes, and behind it the files, whole and in the order of the head.
 * The answer to it (200) has one entry an image, in the same order, and says of each what it would have been answered by itself.
 */

/** From this version of `fieldbox-box` on a box takes groups. */
const GROUPS_SINCE = 2;

/** Most images of a group, and most bytes of their files together. */
export const GROUP_IMAGES = 32;
export const GROUP_BYTES = 8 * 1024 * 1024;
/** Most bytes of the head. */
export const GROUP_HEAD_BYTES = 32 * 1024;

const Count = z.int().nonnegative();

const GroupEntry = z.object({
  /** As in the query of a single image. */
  transaction: Count,
  sequence: Count,
  total: Count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
});
export type GroupEntry = z.infer<typeof GroupEntry>;

export const GroupHead = z.object({ images: z.array(GroupEntry).min(1).max(GROUP_IMAGES) });

const GroupResult = z.object({
  /** As a single image is answered: 204, 400, 503, 507; 409: it is to be sent by itself. */
  status: z.int(),
  sha256: z.string().optional(),
  rejected: z.string().optional(),
});
export type GroupResult = z.infer<typeof GroupResult>;

export const GroupAnswer = z.object({ images: z.array(GroupResult) });

/** Whether a box takes groups, by the header it sends with every answer. */
export function takesGroups(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  return Number(headers[Headers.box] ?? 0) >= GROUPS_SINCE;
}
