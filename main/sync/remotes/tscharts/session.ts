import { z } from 'zod';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { HttpAnswer, HttpRequest } from '../../http/client';
import { jsonOf } from '../../http/json';
import { HttpFailure, troubleOfStatus } from '../../http/trouble';
import { WebSession } from '../../http/web-session';
import type { Surroundings, Trouble } from '../remote';

const LoggedIn = z.object({ token: z.string().min(1) });
/** A picture of 64 MiB as base64 in JSON. */
const MOST_ANSWER_BYTES = 96 * 2 ** 20;

export type Asking = Omit<HttpRequest, 'url' | 'signal'>;

/**
 * A tscharts server: logs in for a token, logs in again once when that is not accepted any more, and never follows the redirect
 * that a missing slash brings (it would turn a POST into a GET that looks like success).
 */
export class TschartsSession {
  readonly web: WebSession;
  private token: string | null = null;

  constructor(
    private readonly settings: SettingsOf<'tscharts'>,
    private readonly surroundings: Surroundings,
  ) {
    const url = settings.access.url.replace(/\/+$/, '').replace(/\/tscharts(\/v1)?$/, '');
    this.web = new WebSession({ ...settings.access, url, authentication: { scheme: 'none' } }, surroundings, 2);
  }

  /** Asks a path below `/tscharts/v1/`; it must end in a slash, before the query. Throws HttpFailure. */
  async ask(path: string, asking: Asking, signal: AbortSignal): Promise<HttpAnswer> {
    const first = await this.askWith(await this.login(signal), path, asking, signal);
    if (first.status !== 401) return first;
    this.token = null; // the account's token was changed there
    const second = await this.askWith(await this.login(signal), path, asking, signal);
    if (second.status === 401) throw loginFailure(401);
    return second;
  }

  /** The same for a list: 404 means that there is nothing. Throws HttpFailure for any other answer but 200. */
  async list<T extends z.ZodType>(path: string, schema: T, signal: AbortSignal): Promise<z.output<T> | null> {
    const answer = await this.ask(path, { method: 'GET' }, signal);
    if (answer.status === 404) return null;
    requireOk(answer, path);
    return jsonOf(answer, schema, nameOf(path));
  }

  close(): Promise<void> {
    return this.web.close();
  }

  private async login(signal: AbortSignal): Promise<string> {
    if (this.token !== null) return this.token;
    const answer = await this.web.ask({
      method: 'POST',
      path: '/tscharts/v1/login/',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({
        username: this.settings.username,
        password: (await this.surroundings.secret('password')) ?? '',
      }),
      signal,
    });
    // 403: wrong password; 400: none was given.
    if (answer.status === 403 || (answer.status === 400 && !isHtml(answer))) throw loginFailure(answer.status);
    requireOk(answer, 'login/');
    const { token } = jsonOf(answer, LoggedIn, 'login');
    this.token = token;
    return token;
  }

  private askWith(token: string, path: string, asking: Asking, signal: AbortSignal): Promise<HttpAnswer> {
    return this.web.ask({
      ...asking,
      path: `/tscharts/v1/${path}`,
      headers: { accept: 'application/json', authorization: `Token ${token}`, ...asking.headers },
      mostBytes: MOST_ANSWER_BYTES,
      signal,
    });
  }
}

/** An error page of the framework or a proxy, and not an answer of the service. */
export function isHtml(answer: HttpAnswer): boolean {
  return /html/i.test(answer.headers['content-type'] ?? '') || /^\s*</.test(answer.body.toString('latin1', 0, 64));
}

/** Throws HttpFailure unless the answer is 200. */
export function requireOk(answer: HttpAnswer, path: string): void {
  if (answer.status === 200) return;
  throw new HttpFailure(troubleOfAnswer(answer, path));
}

/** What an unhoped-for answer to a question means. */
export function troubleOfAnswer(answer: HttpAnswer, path: string): Trouble {
  return (
    troubleOfStatus(answer.status, answer.headers) ?? {
      code: 'REMOTE_ANSWER',
      details: { what: `${nameOf(path)} ${String(answer.status)}` },
      person: true,
    }
  );
}

/** The resource a path is about, without ids and without what was asked. */
function nameOf(path: string): string {
  return path.split(/[/?]/)[0] ?? '';
}

function loginFailure(status: number): HttpFailure {
  return new HttpFailure({ code: 'REMOTE_LOGIN', details: { status }, person: true });
}
