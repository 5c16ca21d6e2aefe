/** How long it is taken for granted what a series holds, while one image of it after the other is sent. */
const KEPT_MS = 30_000;
/** Series of which that is remembered. */
const MOST_SERIES = 64;

interface Known {
  readonly until: number;
  readonly uids: Promise<Set<string> | null>;
}

/**
 * Which instances of a series are listed, asked once for many images of it. `ask` gives all of a series, or null when there are too
 * many to be listed at once.
 */
export class Listing {
  private readonly known = new Map<string, Known>();

  constructor(private readonly ask: (series: string, signal: AbortSignal) => Promise<Set<string> | null>) {}

  /** Null: too many; each has to be asked about. Throws HttpFailure. */
  async of(series: string, signal: AbortSignal): Promise<ReadonlySet<string> | null> {
    const now = performance.now();
    const known = this.known.get(series);
    if (known !== undefined && known.until > now) return known.uids;
    const uids = this.ask(series, signal);
    this.known.delete(series);
    const [oldest] = this.known.keys();
    if (this.known.size >= MOST_SERIES && oldest !== undefined) this.known.delete(oldest);
    this.known.set(series, { until: now + KEPT_MS, uids });
    try {
      return await uids;
    } catch (error) {
      this.known.delete(series);
      throw error;
    }
  }

  /** An instance is there now: what is sent later under its number is compared with it. */
  async note(series: string, uid: string): Promise<void> {
    (await this.known.get(series)?.uids)?.add(uid);
  }
}
