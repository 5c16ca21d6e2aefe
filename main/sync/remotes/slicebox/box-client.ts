import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { BOX_CONNECTIONS, BOX_VERSION, Headers, parseStatus, type BoxStatus, PollAnswer } from '../../boxes/protocol';
import { HttpClient, type HttpAnswer, type HttpRequest, type HttpStream } from '../../http/client';
import { jsonOf } from '../../http/json';
import { HttpFailure, troubleOf, troubleOfStatus } from '../../http/trouble';
import { isHttps } from '../../http/web-session';
import type { Surroundings, Trouble } from '../remote';

type Request = Omit<HttpRequest, 'url'> & { readonly path: string };

/** Requests to a box that gave this one an address. Every one says that we are a Fieldbox, which a slicebox does not heed. */
export class BoxClient {
  /** Whether the other side is a Fieldbox; null until it has answered. */
  isFieldbox: boolean | null = null;
  private client: Promise<{ readonly http: HttpClient; readonly token: string }> | null = null;
  private isBox = false;

  constructor(
    private readonly settings: SettingsOf<'slicebox'>,
    private readonly surroundings: Pick<Surroundings, 'secret' | 'version' | 'throttle' | 'ownCertificate'>,
  ) {}

  /** Sends a request below the box's address and reads the whole answer. Throws HttpFailure. */
  async ask(request: Request): Promise<HttpAnswer> {
    const { http, token } = await this.connected();
    const answer = await http.ask({ ...request, url: this.url(token, request.path) });
    this.hear(answer);
    return answer;
  }

  /** The same, with the answer as a stream. */
  async open(request: Request): Promise<HttpStream> {
    const { http, token } = await this.connected();
    const answer = await http.open({ ...request, url: this.url(token, request.path) });
    this.hear(answer);
    return answer;
  }

  /**
   * Finds out whether a box is there that knows our token. Any web server says 404 to what it does not know; a box says so to a
   * token that was never given, and 401 is what proves that it is one.
   */
  async probe(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const answer = await this.ask({ method: 'GET', path: '/outgoing/poll?n=1', signal, idleMs: 20_000 });
      if (answer.status === 200) jsonOf(answer, PollAnswer, 'outgoing/poll');
      else if (answer.status !== 404) return troubleOfBox(answer.status, answer.headers);
      if (this.isFieldbox === true || this.isBox) return null;
      const { http } = await this.connected();
      const stranger = await http.ask({
        method: 'GET',
        url: this.url(randomUUID(), '/outgoing/poll?n=1'),
        signal,
        idleMs: 20_000,
      });
      if (stranger.status !== 401) return { code: 'REMOTE_ANSWER', details: { what: 'no box' }, person: true };
      this.isBox = true;
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

  private hear({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): void {
    if (headers[Headers.box] !== undefined) this.isFieldbox = true;
    else if (z.literal([200, 204, 400, 404]).safeParse(status).success) this.isFieldbox = false;
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
        sockets: BOX_CONNECTIONS + 1,
        throttle: () => this.surroundings.throttle(),
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
