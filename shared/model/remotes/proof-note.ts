/** What stands between a note and the encoding an image was sent in. */
const SENT_AS = '; sent as ';

/** The note of a proof of an image that had to be sent in another encoding than it is stored in. */
export function withSentAs(note: string, transferSyntax: string): string {
  return `${note}${SENT_AS}${transferSyntax}`;
}

/** The name of the encoding an image was sent in, where that is not the stored one. */
export function sentAsOf(note: string): string | null {
  const at = note.indexOf(SENT_AS);
  return at === -1 ? null : note.slice(at + SENT_AS.length);
}
