import { randomUUID } from 'node:crypto';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { takesGroups } from '../../boxes/group';
import { BOX_VERSION, FAST_CONNECTIONS, Headers, parseStatus, type BoxStatus, PollAnswer } from '../../boxes/protocol';
import { HttpClient, type HttpAnswer, type HttpRequest, type HttpStream } from '../../http/client';
import { jsonOf } from '../../http/json';
import { HttpFailure, troubleOf, troubleOfStatus } from '../../http/trouble';
import { isHttps } from '../../http/web-session';
import type { Surroundings, Trouble } from '../remote';

type Request = Omit<HttpRequest, 'url'> & { readonly path: string };

/** By what a box is known again: a slicebox, or the proxy before it, by its `Server` (RFC 9110 10.2.4). */
interface Who {
  readonly isFieldbox: boolean;
  readonly takesGroups: boolean;
  readonly server: string;
}

/** Statuses that make something of an image: it was taken, or is not to be had. */
const BELIEVED: ReadonlySet<number> = new Set([200, 204, 400, 404]);

/** Requests to a box that gave this one an address. Every one says that we are a Fieldbox, which a slicebox does not heed. */
export class BoxClient {
  private who: Who | null = null;
  private client: Promise<{ readonly http: HttpClient; readonly token: string }> | null = null;

  constructor(
    private readonly settings: SettingsOf<'slicebox'>,
    private readonly surroundings: Pick<
      Surroundings,
      'secret' | 'version' | 'throttle' | 'patience' | 'ownCertificate'
    >,
  ) {}

  /** Whether the other side is a Fieldbox; null until it was met. */
  get isFieldbox(): boolean | null {
    return this.who === null ? null : this.who.isFieldbox;
  }

  /** Whether several images may go there in one request, by what it said last: it may be exchanged for an older or a newer one. */
  get takesGroups(): boolean {
    return this.who?.takesGroups === true;
  }

  /** Whether a person has set a cap for how fast bytes go there. */
  get isCapped(): boolean {
    return this.surroundings.throttle() !== null;
  }

  /** Sends a request below the box's address and reads the whole answer, which must be the box's own. Throws HttpFailure. */
  async ask(request: Request): Promise<HttpAnswer> {
    await this.meet(request.signal);
    const answer = await this.askAnybody(request);
    if (this.isStranger(answer)) throw strangerFailure();
    const who = whoSays(answer);
    if (who.isFieldbox) this.who = who;
    return answer;
  }

  /** The same, with the answer as a stream. */
  async open(request: Request): Promise<HttpStream> {
    await this.meet(request.signal);
    const { http, token } = await this.connected();
    const answer = await http.open({ ...request, url: this.url(token, request.path) });
    if (!this.isStranger(answer)) return answer;
    answer.body.destroy();
    throw strangerFailure();
  }

  /**
   * Finds out whether a box is there that knows our token. Any web server says 404 to what it does not know; a box says so to a
   * token that was never given, and 401 is what proves that it is one.
   */
  async probe(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const answer = await this.askAnybody({ method: 'GET', path: '/outgoing/poll?n=1', signal, idleMs: 20_000 });
      if (answer.status === 200) jsonOf(answer, PollAnswer, 'outgoing/poll');
      else if (answer.status !== 404) return troubleOfBox(answer.status, answer.headers);
      const who = whoSays(answer);
      if (this.who !== null) return isSame(this.who, who) ? null : strangerFailure().trouble;
      if (!who.isFieldbox && !(await this.isBox(who, signal)))
        return { code: 'REMOTE_ANSWER', details: { what: 'no box' }, person: true };
      this.who = who;
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  /** What the box says of a transaction; null when it does not know it. Throws HttpFailure. */
  async status(number: number, signal: AbortSignal): Promise<BoxStatus | null> {
    const answer = await this.ask({ method: 'GET', path: `/status?transactionid=${String(number)}`, signal });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw new HttpFailure(troubleOfBox(answer.status, answer.headers));
    const status = parseStatus(answer.body.toString('utf8'));
    if (status === undefined) throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'status' } });
    return status;
  }

  /** Tells the box how a transaction ended. What it answers does not matter, as between sliceboxes. Throws HttpFailure. */
  async setStatus(number: number, status: 'FINISHED' | 'FAILED', signal: AbortSignal): Promise<void> {
    const answer = await this.ask({
      method: 'PUT',
      path: `/status?transactionid=${String(number)}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status }),
      signal,
    });
    if (answer.status >= 500) throw new HttpFailure(troubleOfBox(answer.status, answer.headers));
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    (await client)?.http.close();
  }

  /** Who answers is found out before anything is believed. Throws HttpFailure. */
  private async meet(signal: AbortSignal): Promise<void> {
    if (this.who !== null) return;
    const trouble = await this.probe(signal);
    if (trouble !== null) throw new HttpFailure(trouble);
  }

  private async isBox(who: Who, signal: AbortSignal): Promise<boolean> {
    const { http } = await this.connected();
    const url = this.url(randomUUID(), '/outgoing/poll?n=1');
    const stranger = await http.ask({ method: 'GET', url, signal, idleMs: 20_000 });
    return stranger.status === 401 && isSame(who, whoSays(stranger));
  }

  private async askAnybody(request: Request): Promise<HttpAnswer> {
    const { http, token } = await this.connected();
    return http.ask({ ...request, url: this.url(token, request.path) });
  }

  /** Something in between says what only the box can know. */
  private isStranger(answer: Pick<HttpAnswer, 'status' | 'headers'>): boolean {
    return BELIEVED.has(answer.status) && this.who !== null && !isSame(this.who, whoSays(answer));
  }

  private url(token: string, path: string): string {
    return `${this.settings.url.replace(/\/+$/, '')}/${token}${path}`;
  }

  private connected(): Promise<{ readonly http: HttpClient; readonly token: string }> {
    return (this.client ??= this.connect());
  }

  private async connect(): Promise<{ readonly http: HttpClient; readonly token: string }> {
    const token = (await this.surroundings.secret('token')) ?? '';
    const headers = { 'user-agent': `Fieldbox/${this.surroundings.version}`, [Headers.box]: BOX_VERSION };
    const { certificate, url } = this.settings;
    const own = isHttps(url) ? await this.surroundings.ownCertificate() : null;
    return {
      http: new HttpClient({
        certificate,
        own,
        headers,
        sockets: FAST_CONNECTIONS + 1,
        throttle: () => this.surroundings.throttle(),
        ...this.surroundings.patience,
      }),
      token,
    };
  }
}

/** What an answer that was not hoped for means: 401 is an unknown token, since every request of ours is well formed. */
export function troubleOfBox(status: number, headers: HttpAnswer['headers']): Trouble {
  if (status === 401) return { code: 'BOX_TOKEN', person: true };
  return (
    troubleOfStatus(status, headers) ?? {
      code: 'REMOTE_ANSWER',
      details: { what: `HTTP ${String(status)}` },
      person: true,
    }
  );
}

function whoSays({ headers }: Pick<HttpAnswer, 'headers'>): Who {
  return {
    isFieldbox: headers[Headers.box] !== undefined,
    takesGroups: takesGroups(headers),
    server: String(headers.server ?? ''),
  };
}

function isSame(one: Who, other: Who): boolean {
  return one.isFieldbox === other.isFieldbox && one.server === other.server;
}

/** A proxy or a captive portal has answered in the place of the box. */
function strangerFailure(): HttpFailure {
  return new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'another server' } });
}
