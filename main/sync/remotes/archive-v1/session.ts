import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { HttpAnswer, HttpBody, HttpStream } from '../../http/client';
import { HttpFailure, troubleOf, troubleOfStatus } from '../../http/trouble';
import { WebSession } from '../../http/web-session';
import type { Surroundings, Trouble } from '../remote';

/** Words of errors that the interface names; how they are wrapped up is not public, so they are looked for anywhere. */
const WORDS = [
  'method_not_allowed',
  'api_call_not_allowed',
  'invalid_post_value',
  'no_data_submitted',
  'object_not_found',
  'patient_not_found',
  'study_not_found',
  'series_not_found',
  'no_dicom_available',
  'result_not_found',
  'multiple_objects_found',
  'form_not_found',
] as const;
export type Word = (typeof WORDS)[number];

/** An answer that is not what the call promises. */
export interface Fault {
  readonly status: number;
  readonly words: ReadonlySet<Word>;
  readonly headers: HttpAnswer['headers'];
}
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** Levels of a JSON answer in which words are looked for. */
const DEPTH = 3;

/** An archive API v1: name and password in headers of every call, project and archive in every question. */
export class ArchiveV1Session {
  readonly web: WebSession;

  constructor(
    private readonly settings: SettingsOf<'archive-v1'>,
    private readonly surroundings: Surroundings,
  ) {
    const url = settings.access.url.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
    this.web = new WebSession({ ...settings.access, url, authentication: { scheme: 'none' } }, surroundings, 2);
  }

  /** Asks for JSON. What does not fit is a fault with the words it holds. Throws HttpFailure when there is no answer of the service. */
  async get<T extends z.ZodType>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    schema: T,
    signal: AbortSignal,
  ): Promise<Read<z.output<T>>> {
    const answer = await this.web.ask({
      method: 'GET',
      path: this.path(path, parameters),
      headers: await this.login(),
      signal,
    });
    return read(answer, schema, path);
  }

  async post<T extends z.ZodType>(
    path: string,
    contentType: string,
    body: string | HttpBody,
    schema: T,
    signal: AbortSignal,
    once: boolean,
  ): Promise<Read<z.output<T>>> {
    const answer = await this.web.ask({
      method: 'POST',
      path: `/api/v1${path}`,
      headers: { ...(await this.login()), 'content-type': contentType },
      body,
      signal,
      once,
    });
    return read(answer, schema, path);
  }

  /** Keeps an answer in a file, as it is; a fault when its status says so. Throws HttpFailure. */
  async download(
    path: string,
    parameters: Readonly<Record<string, string>>,
    target: string,
    signal: AbortSignal,
  ): Promise<Fault | null> {
    const answer: HttpStream = await this.web.open({
      method: 'GET',
      path: this.path(path, parameters),
      headers: await this.login(),
      signal,
    });
    if (answer.status !== 200) {
      const parts: Buffer[] = [];
      for await (const part of answer.body as AsyncIterable<Buffer>) if (parts.length < 16) parts.push(part);
      return faultOf({ ...answer, body: Buffer.concat(parts) });
    }
    try {
      await pipeline(answer.body, createWriteStream(target), { signal });
    } catch (error) {
      throw new HttpFailure(troubleOf(error), error);
    }
    return null;
  }

  /** The parameters that every question begins with. */
  get place(): { readonly Project: string; readonly Archive: string } {
    return { Project: this.settings.project, Archive: this.settings.archive };
  }

  close(): Promise<void> {
    return this.web.close();
  }

  private path(path: string, parameters: Readonly<Record<string, string>>): string {
    // Not URLSearchParams: names are to be written with %20, as the manual does.
    const query = Object.entries({ ...this.place, ...parameters }).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    return `/api/v1${path}?${query.join('&')}`;
  }

  private async login(): Promise<Readonly<Record<string, string>>> {
    return {
      accept: 'application/json, application/zip',
      'x-username': this.settings.username,
      'x-password': (await this.surroundings.secret('password')) ?? '',
    };
  }
}

function read<T extends z.ZodType>(answer: HttpAnswer, schema: T, path: string): Read<z.output<T>> {
  const text = answer.body.toString('utf8');
  if (answer.status === 200 && /^\s*</.test(text))
    throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: `${path} HTML` }, person: true });
  if (answer.status < 300) {
    const parsed = schema.safeParse(jsonOrText(text));
    if (parsed.success) return { ok: true, value: parsed.data };
  }
  return { ok: false, fault: faultOf(answer) };
}

/** The words of errors in an answer. */
export function faultOf(answer: Pick<HttpAnswer, 'status' | 'headers' | 'body'>): Fault {
  const words = new Set<Word>();
  const look = (value: unknown, depth: number): void => {
    const word = WORDS.find((each) => each === value);
    if (word !== undefined) words.add(word);
    else if (typeof value === 'object' && value !== null && depth < DEPTH)
      for (const inner of Object.values(value)) look(inner, depth + 1);
  };
  const text = answer.body.toString('utf8', 0, 64 * 1024);
  const value = jsonOrText(text);
  if (typeof value === 'string') for (const word of WORDS) look(text.includes(word) ? word : null, 0);
  else look(value, 0);
  return { status: answer.status, words, headers: answer.headers };
}

/** What a fault means that concerns the remote as such; null when it concerns what was asked. */
export function troubleOfFault({ status, words, headers }: Fault): Trouble | null {
  if (words.has('api_call_not_allowed')) return { code: 'REMOTE_PERMISSION', person: true };
  if (words.has('method_not_allowed'))
    return { code: 'REMOTE_ANSWER', details: { what: 'method_not_allowed' }, person: true };
  return troubleOfStatus(status, headers);
}

/** A fault that nothing better is known of. */
export function unexpected(fault: Fault, path: string): HttpFailure {
  const said = [...fault.words].join(' ');
  return new HttpFailure(
    troubleOfFault(fault) ?? {
      code: 'REMOTE_ANSWER',
      details: { what: `${path} ${String(fault.status)} ${said}`.trim() },
      person: true,
    },
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
