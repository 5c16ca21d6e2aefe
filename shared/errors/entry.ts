/** How far a fault reaches: one file or image, the whole thing the person asked for, or the archive itself. */
export type Severity = 'item' | 'operation' | 'archive';

/** What the person can do about it; the interface offers a button or a hint for each. */
export type Remedy = 'none' | 'retry' | 'choose-another' | 'free-space' | 'get-help' | 'update-app' | 'close-other';

/**
 * One numbered entry of the error catalogue. The four sentences are for a tired nurse: what happened, what is safe,
 * what to do. `{name}` is replaced by the detail of that name; details never hold a patient's name.
 */
export interface ErrorEntry {
  readonly number: number;
  readonly severity: Severity;
  readonly remedy: Remedy;
  readonly en: string;
  readonly es: string;
  readonly fr: string;
  readonly ar: string;
}

export type Area = Readonly<Record<string, ErrorEntry>>;
