/** Bytes that may be held in memory at once, whoever sends them: who comes when there is no room waits in a row. */
export class Room {
  private held = 0;
  private readonly row: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(private readonly most: number) {}

  /** Resolves with how to leave when there is room for so many bytes; null when the signal ends before. */
  enter(bytes: number, signal: AbortSignal): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      const gone = (): void => {
        this.row.splice(this.row.indexOf(entry), 1);
        resolve(null);
        this.admit();
      };
      const entry = {
        bytes,
        enter: (): void => {
          signal.removeEventListener('abort', gone);
          this.held += bytes;
          resolve(() => this.leave(bytes));
        },
      };
      if (signal.aborted) {
        resolve(null);
        return;
      }
      signal.addEventListener('abort', gone, { once: true });
      this.row.push(entry);
      this.admit();
    });
  }

  private leave(bytes: number): void {
    this.held -= bytes;
    this.admit();
  }

  /** In the order they came; one alone is always let in. */
  private admit(): void {
    for (let next = this.row[0]; next !== undefined; next = this.row[0]) {
      if (this.held > 0 && this.held + next.bytes > this.most) return;
      this.row.shift();
      next.enter();
    }
  }
}
