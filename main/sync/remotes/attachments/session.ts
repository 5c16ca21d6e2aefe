import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { HttpAnswer, HttpRequest } from '../../http/client';
import { jsonOf } from '../../http/json';
import { HttpFailure, retryAfterMs, troubleOfStatus } from '../../http/trouble';
import { WebSession } from '../../http/web-session';
import type { Surroundings, Trouble } from '../remote';

const MINUTE_MS = 60_000;
/** A reset further away than this is somebody's wrong clock. */
const MOST_WAIT_MS = 10 * MINUTE_MS;
/** Pages of one list; more are a server that turns in circles. */
const MOST_PAGES = 1000;

export type Asking = Omit<HttpRequest, 'url' | 'signal'>;

/** The service of patient attachments: the key in every request, a pace that leaves room for others, and lists page by page. */
export class AttachmentsSession {
  readonly web: WebSession;
  private readonly pace: CallPace;

  constructor(
    private readonly settings: SettingsOf<'attachments'>,
    private readonly surroundings: Surroundings,
  ) {
    this.web = new WebSession({ ...settings.access, authentication: { scheme: 'none' } }, surroundings, 2);
    this.pace = new CallPace(settings.callsPerMinute);
  }

  /** Asks a path below the base, not faster than is allowed. Throws HttpFailure; for 429 with the time to wait. */
  async ask(path: string, asking: Asking, signal: AbortSignal): Promise<HttpAnswer> {
    await this.pace.turn(signal);
    const answer = await this.web.ask({
      ...asking,
      path,
      headers: {
        accept: 'application/json',
        // The service asks for a name and an address to write to in every request.
        'user-agent': `Fieldbox (${this.settings.contact})`,
        authorization: `Basic ${Buffer.from(`${await this.key()}:`, 'utf8').toString('base64')}`,
        ...asking.headers,
      },
      signal,
    });
    if (answer.status !== 429) return answer;
    this.pace.slowDown();
    throw new HttpFailure({ code: 'REMOTE_BUSY_THERE', details: { status: 429 }, afterMs: waitOf(answer.headers) });
  }

  /** A JSON answer with status 200; null for 404. Throws HttpFailure. */
  async get<T extends z.ZodType>(path: string, schema: T, signal: AbortSignal): Promise<z.output<T> | null> {
    const answer = await this.ask(path, { method: 'GET' }, signal);
    if (answer.status === 404) return null;
    requireStatus(answer, [200], path);
    return jsonOf(answer, schema, nameOf(path));
  }

  /** All rows of a list, following its own links; none for 404. Throws HttpFailure. */
  async list<T extends z.ZodType>(path: string, member: string, row: T, signal: AbortSignal): Promise<z.output<T>[]> {
    const Page = z
      .object({ links: z.object({ next: z.string().nullish() }).nullish() })
      .and(z.record(z.string(), z.unknown()));
    const rows: z.output<T>[] = [];
    let next: string | null = path;
    for (let pages = 0; next !== null && pages < MOST_PAGES; pages += 1) {
      const page: z.output<typeof Page> | null = await this.get(next, Page, signal);
      if (page === null) break;
      const parsed = z.array(row).safeParse(page[member]);
      if (!parsed.success)
        throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: nameOf(path) }, person: true }, parsed.error);
      rows.push(...parsed.data);
      next = this.below(page.links?.next ?? null);
    }
    return rows;
  }

  async key(): Promise<string> {
    return (await this.surroundings.secret('token')) ?? '';
  }

  close(): Promise<void> {
    return this.web.close();
  }

  /** A link of theirs as a path below our base; another host in it is not followed, since the key would go there. */
  private below(link: string | null): string | null {
    if (link === null || link === '') return null;
    const base = new URL(this.settings.access.url);
    const root = base.pathname.replace(/\/+$/, '');
    const url = URL.canParse(link, base) ? new URL(link, base) : null;
    return url !== null && url.pathname.startsWith(`${root}/`)
      ? `${url.pathname.slice(root.length)}${url.search}`
      : null;
  }
}

/** Throws HttpFailure unless the answer has one of these statuses. */
export function requireStatus(answer: HttpAnswer, statuses: readonly number[], path: string): void {
  if (!statuses.includes(answer.status)) throw new HttpFailure(troubleOfAnswer(answer, path));
}

function troubleOfAnswer(answer: HttpAnswer, path: string): Trouble {
  return (
    troubleOfStatus(answer.status, answer.headers) ?? {
      code: 'REMOTE_ANSWER',
      details: { what: `${nameOf(path)} ${String(answer.status)}` },
      person: true,
    }
  );
}

/** Words of a path without ids and without what was asked. */
function nameOf(path: string): string {
  return (path.split('?')[0] ?? '').replace(/\d{3,}/g, '_').replace(/^\/+/, '');
}

/**
 * How long a 429 asks to wait: `Retry-After`, or the moment in `X-RateLimit-Reset` (UNIX seconds) as seen from the server's own
 * `Date`, whichever is later. This laptop's clock has no say in it.
 */
export function waitOf(headers: HttpAnswer['headers']): number {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const said = retryAfterMs(text('retry-after'), Date.parse(text('date') ?? '') || Date.now()) ?? 0;
  const reset = Number(text('x-ratelimit-reset')) * 1000 - Date.parse(text('date') ?? '');
  const after = Math.max(said, Number.isFinite(reset) ? reset : 0);
  return after <= 0 ? MINUTE_MS : Math.min(MOST_WAIT_MS, Math.max(1000, after));
}

/** Spreads calls: as many at once as a minute allows, then one whenever one more is allowed; at half pace after a 429. */
class CallPace {
  private left: number;
  private at = performance.now();
  private slowUntil = 0;

  constructor(private readonly perMinute: number) {
    this.left = perMinute;
  }

  async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = performance.now();
      const rate = (now < this.slowUntil ? this.perMinute / 2 : this.perMinute) / MINUTE_MS;
      this.left = Math.min(this.perMinute, this.left + (now - this.at) * rate);
      this.at = now;
      if (this.left >= 1) break;
      await wait(Math.ceil((1 - this.left) / rate), undefined, { signal });
    }
    this.left -= 1;
  }

  slowDown(): void {
    this.left = 0;
    this.slowUntil = performance.now() + MINUTE_MS;
  }
}
