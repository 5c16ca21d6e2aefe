import { asFieldboxError } from '@shared/errors';
import type { FieldboxError } from '@shared/errors';

export interface PageAnswer<T> {
  readonly total: number;
  /** Whether that is the number, and not about so many. */
  readonly totalIsExact?: boolean;
  readonly rows: readonly T[];
}

export interface PagesState {
  readonly total: number | null;
  readonly totalIsExact: boolean;
  readonly error: FieldboxError | null;
  /** Moves with every change, so that views know to draw again. */
  readonly version: number;
}

/**
 * A long list held as pages that are fetched when they come into view. Of the pages asked for only those of the newest view are
 * fetched, one after another; pages passed over quickly are never asked for. At most `keep` pages are held.
 */
export class Pages<T> {
  readonly pageSize: number;
  private readonly keep: number;
  private readonly pages = new Map<number, readonly T[]>();
  private readonly listeners = new Set<() => void>();
  private wanted: number[] = [];
  private stale = new Set<number>();
  private busy = false;
  private state: PagesState = { total: null, totalIsExact: true, error: null, version: 0 };

  constructor(
    private readonly fetchPage: (offset: number, limit: number) => Promise<PageAnswer<T>>,
    options: { readonly pageSize?: number; readonly keep?: number } = {},
  ) {
    this.pageSize = options.pageSize ?? 100;
    this.keep = options.keep ?? 40;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): PagesState => this.state;

  /** The row at a place in the list, when its page is here. */
  at(index: number): T | undefined {
    return this.pages.get(Math.floor(index / this.pageSize))?.[index % this.pageSize];
  }

  /** Tells which rows are in view (ends included); replaces what was wanted before. */
  view(first: number, last: number): void {
    const from = Math.max(0, Math.floor(first / this.pageSize));
    const to = Math.max(from, Math.floor(last / this.pageSize));
    this.wanted = [];
    for (let page = from; page <= to; page++) this.wanted.push(page);
    void this.work();
  }

  /** Marks everything as old: pages in view are fetched again, what is shown stays until the new rows are here. */
  refresh(): void {
    this.stale = new Set(this.pages.keys());
    void this.work();
  }

  /** Ends it: nothing more is asked for, and nobody is told of the answer under way. */
  close(): void {
    this.wanted = [];
    this.listeners.clear();
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let page = this.nextPage(); page !== undefined; page = this.nextPage()) {
        this.stale.delete(page);
        const answer = await this.fetchPage(page * this.pageSize, this.pageSize);
        this.pages.delete(page);
        this.pages.set(page, answer.rows);
        this.forget();
        this.change({ total: answer.total, totalIsExact: answer.totalIsExact ?? true, error: null });
      }
    } catch (thrown) {
      this.wanted = [];
      this.change({ error: asFieldboxError(thrown) });
    } finally {
      this.busy = false;
    }
  }

  private nextPage(): number | undefined {
    return this.wanted.find((page) => !this.pages.has(page) || this.stale.has(page));
  }

  private forget(): void {
    for (const page of this.pages.keys()) {
      if (this.pages.size <= this.keep) return;
      if (!this.wanted.includes(page)) this.pages.delete(page);
    }
  }

  private change(changes: Partial<PagesState>): void {
    this.state = { ...this.state, ...changes, version: this.state.version + 1 };
    for (const listener of this.listeners) listener();
  }
}
