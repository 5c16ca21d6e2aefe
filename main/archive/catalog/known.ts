/** Ids that have been looked up, as values of statements; only written down when a statement wants them. */
export class Known {
  private readonly lists: (readonly number[] | string)[] = [];
  private readonly written: Record<string, string> = {};

  /** Keeps ids, or a text; gives the name of the value. */
  add(list: readonly number[] | string): string {
    this.lists.push(list);
    return nameOf(this.lists.length - 1);
  }

  get values(): Readonly<Record<string, string>> {
    for (const [at, list] of this.lists.entries())
      this.written[nameOf(at)] ??= typeof list === 'string' ? list : JSON.stringify(list);
    return this.written;
  }
}

function nameOf(at: number): string {
  return `known${String(at)}`;
}
