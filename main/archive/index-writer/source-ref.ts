import type { UserKey } from '@shared/model/ids';

/** Which source of its type brought something in: as the record says, else the person who did it, else nobody known. */
export function sourceRefOf(record: {
  readonly by: UserKey | null;
  readonly body: { readonly sourceRef?: string | undefined };
}): string {
  return record.body.sourceRef ?? record.by ?? '';
}
