import { KindKey } from '@shared/model/ids';
import type { NewRecord } from '../records/record';

/** Keys of the kinds every archive has. They are the same everywhere and never change. */
export const BUILTIN_KINDS = {
  headshot: KindKey.parse('0b6e4c2a-6f0d-4c57-9a51-2f3d8a1c0001'),
  xray: KindKey.parse('0b6e4c2a-6f0d-4c57-9a51-2f3d8a1c0002'),
  surgery: KindKey.parse('0b6e4c2a-6f0d-4c57-9a51-2f3d8a1c0003'),
  audiogram: KindKey.parse('0b6e4c2a-6f0d-4c57-9a51-2f3d8a1c0004'),
  document: KindKey.parse('0b6e4c2a-6f0d-4c57-9a51-2f3d8a1c0005'),
  other: KindKey.parse('0b6e4c2a-6f0d-4c57-9a51-2f3d8a1c0006'),
} as const;

export type BuiltinKindCode = keyof typeof BUILTIN_KINDS;

/** English names, for exports and the command line; the interface translates by code. */
const NAMES: Readonly<Record<BuiltinKindCode, string>> = {
  headshot: 'Headshot',
  xray: 'Xray',
  surgery: 'Surgery',
  audiogram: 'Audiogram',
  document: 'Document',
  other: 'Other',
};

const CODES: readonly BuiltinKindCode[] = ['headshot', 'xray', 'surgery', 'audiogram', 'document', 'other'];

/** Whether this is a kind that cannot be renamed or put out of use. */
export function isBuiltinKind(kind: string): boolean {
  return CODES.some((code) => BUILTIN_KINDS[code] === kind);
}

/** The records a new archive begins with. */
export function builtinKindRecords(): readonly NewRecord[] {
  return CODES.map((code) => ({
    type: 'kind.saved',
    body: { kind: BUILTIN_KINDS[code], code, name: NAMES[code], active: true },
  }));
}
