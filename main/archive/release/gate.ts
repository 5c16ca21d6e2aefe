import type { ErrorCode } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { Consent } from '@shared/model/vocabulary';

/** What the archive knows of an image, or of a line of writing that names a patient, when it is asked whether that may leave. */
export interface ImageFacts {
  /** Null: no picture leaves, but a line that names the patient. */
  readonly image: ImageId | null;
  /** What its patient said about pictures leaving the clinic. */
  readonly consent: Consent;
  /** Condition of the stored file, as the index knows it. */
  readonly objectState: 'good' | 'missing' | 'corrupt';
}

/** Why something leaves. Every exit of `exits.ts` has one. */
export type Purpose = 'export' | 'render' | 'print' | 'copy' | 'send' | 'hub' | 'keys';

/** To whom it goes and who lets it out. */
export interface Release {
  readonly purpose: Purpose;
  /** Where it goes: a kind of place or the name of a remote, never a path or a patient. */
  readonly recipient: string;
  /** The person at the laptop; null where the system does not know persons. */
  readonly person: string | null;
}

export type Verdict = { readonly leaves: true } | { readonly leaves: false; readonly code: ErrorCode };

const LEAVES: Verdict = { leaves: true };

/**
 * The one question every exit asks: may this image leave, for this purpose, to this recipient? A patient's "no" holds for
 * every purpose, and for an anonymised picture as for a whole one: it is still a picture of this person, who did not want it to
 * leave, and a face or a scar needs no name. A file that is missing or damaged is never given out as if it were good.
 */
export function mayLeave(facts: ImageFacts, _release: Release): Verdict {
  if (facts.consent === 'no') return refuse('CONSENT_REFUSED');
  if (facts.objectState === 'missing') return refuse('OBJECT_MISSING');
  if (facts.objectState === 'corrupt') return refuse('OBJECT_DAMAGED');
  return LEAVES;
}

function refuse(code: ErrorCode): Verdict {
  return { leaves: false, code };
}
