import type { IntakeContext } from '@shared/contract/intake';
import type { FieldboxError } from '@shared/errors';
import type { ImageId, ImportSessionKey, ProjectArchiveKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';

/** What is brought in together, and what is said of all of it. */
export interface ImportRequest {
  readonly session: ImportSessionKey;
  readonly paths: readonly string[];
  readonly context: IntakeContext;
  /** The archive of a project everything goes into. */
  readonly archive: ProjectArchiveKey | null;
  readonly source: SourceType;
  /** Which source of that type, as rules and filters name it; without it the person who does it. */
  readonly sourceRef?: string | undefined;
  readonly label: string;
  /** Files that come one after the other instead of `paths`. */
  readonly offers?: Offers | undefined;
}

/** What became of one offered file. */
export interface OfferResult {
  /** Images that are stored now, new or known before. */
  readonly images: readonly ImageId[];
  /** Why it, or the first of the files inside of it that could not, was not taken in. */
  readonly error: FieldboxError | null;
  /** A filter took attributes from it, or from a file inside of it: the archive does not hold all that it says. */
  readonly filtered: boolean;
}

/** Files that something offers one after the other, as a watched folder does, and that it wants to hear about again. */
export interface Offers {
  readonly files: AsyncIterable<string>;
  /** Size and time a file had when it was offered. */
  expected(path: string): { readonly size: number; readonly mtimeMs: number } | undefined;
  /** Whether a fault is one of the moment: then the file is not in the report and will be offered again. */
  postpone(path: string, error: FieldboxError): boolean;
  /** A file has been dealt with; what was stored of it is durable. */
  settled(path: string, result: OfferResult): void;
}
