import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EventName, EventPayload, Handlers, EngineVerb } from '@shared/contract';
import { engineVerbs } from '@shared/contract';
import type { AppInfo } from '@shared/contract/desktop';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { EngineClient } from '../ipc/engine-client';
import type { PictureRequest, SecretAnswer, SecretRequest, StoredFile } from '../ipc/engine-protocol';
import { isSystemError } from './system-error';

export interface SessionOptions {
  readonly version: string;
  readonly holder: string;
  readonly onEvent: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  /** The archive was opened, closed, or lost. */
  readonly onChanged: () => void;
  readonly onFault: (error: FieldboxError) => void;
  readonly secrets: SecretsKeeper;
}

/** Keeps the secrets of remotes for the engine. */
export interface SecretsKeeper {
  readonly protected: boolean;
  serve(request: SecretRequest): Promise<SecretAnswer>;
}

type State =
  | { readonly state: 'open'; readonly client: EngineClient }
  | { readonly state: 'closed'; readonly path: string; readonly error: FieldboxError };

/** An engine that fails again sooner than this is not opened again by itself. */
const REOPEN_AFTER_MS = 60_000;

/** Which archive the app has open, or why it has none. */
export class ArchiveSession {
  /** The engine's verbs, whichever archive is open. Each throws ARCHIVE_CLOSED while there is none. */
  readonly verbs: Handlers<EngineVerb>;
  private state: State;
  private opening: Promise<void> = Promise.resolve();
  private lastDeath = -Infinity;

  constructor(private readonly options: SessionOptions) {
    this.state = { state: 'closed', path: '', error: new FieldboxError('ARCHIVE_CLOSED') };
    const forward = (verb: EngineVerb) => async (input: unknown) => {
      // The same function of the same type on the client; a union of verbs cannot be followed through the lookup.
      const handler = (await this.client()).verbs[verb] as (input: unknown) => Promise<unknown>;
      return handler(input);
    };
    this.verbs = Object.fromEntries(
      Object.keys(engineVerbs).map((verb) => [verb, forward(verb as EngineVerb)]),
    ) as unknown as Handlers<EngineVerb>;
  }

  /**
   * Opens an archive in place of the one that is open. When it cannot be opened, the other one stays open and the reason is
   * thrown; without another one nothing is thrown, and the reason is in `info`.
   */
  open(path: string): Promise<void> {
    const attempt = this.opening.then(() => this.openNow(path));
    this.opening = attempt.catch(() => undefined); // whoever asked hears of it; the next one starts afresh
    return attempt;
  }

  /** Whether an archive is open, and which; waits while one is being opened. */
  async info(): Promise<AppInfo['archive']> {
    await this.opening;
    const { state } = this;
    if (state.state === 'open') return { state: 'open', path: state.client.path };
    const { code, details } = state.error;
    return { state: 'closed', path: state.path, error: { code, details: { ...details } } };
  }

  /** Bytes of a picture. Throws as EngineClient.picture, and ARCHIVE_CLOSED. */
  async picture(request: PictureRequest, signal: AbortSignal): Promise<Uint8Array> {
    return (await this.client()).picture(request, signal);
  }

  /** The machine woke up or a network came: what waits for a better moment is tried again. */
  hint(): void {
    if (this.state.state === 'open') this.state.client.hint();
  }

  /** Where the stored file of an image is. Throws as EngineClient.file, and ARCHIVE_CLOSED. */
  async file(image: string): Promise<StoredFile> {
    return (await this.client()).file(image);
  }

  /** Closes what is open, once it is. */
  async end(): Promise<void> {
    await this.opening;
    await this.close();
  }

  private async close(): Promise<void> {
    if (this.state.state === 'open') await this.state.client.close();
    this.state = { state: 'closed', path: '', error: new FieldboxError('ARCHIVE_CLOSED') };
  }

  private async client(): Promise<EngineClient> {
    await this.opening;
    if (this.state.state === 'closed') throw new FieldboxError('ARCHIVE_CLOSED');
    return this.state.client;
  }

  private async openNow(path: string): Promise<void> {
    if (this.state.state === 'open' && (await isSameFolder(this.state.client.path, path))) await this.close();
    try {
      const { version, holder, secrets } = this.options;
      const client = await EngineClient.open(
        { folder: path, version, holder, secretsProtected: secrets.protected },
        {
          onEvent: this.options.onEvent,
          onFault: this.options.onFault,
          onSecret: (request) => secrets.serve(request),
          onDied: (error) => this.died(path, error),
        },
      );
      if (this.state.state === 'open') await this.state.client.close();
      this.state = { state: 'open', client };
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      this.options.onFault(error);
      if (this.state.state === 'open') throw error;
      this.state = { state: 'closed', path, error };
    }
    this.options.onChanged();
  }

  /** The engine's thread failed. What it had acknowledged is safe; it is opened again, once. */
  private died(path: string, error: FieldboxError): void {
    this.state = { state: 'closed', path, error };
    this.options.onFault(error);
    this.options.onChanged();
    const now = performance.now();
    const again = now - this.lastDeath > REOPEN_AFTER_MS;
    this.lastDeath = now;
    if (again) void this.open(path);
  }
}

/** Whether two paths lead to one folder, also over a symbolic link. */
async function isSameFolder(one: string, other: string): Promise<boolean> {
  return (await trueFolder(one)) === (await trueFolder(other));
}

async function trueFolder(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return resolve(path); // what is not there or cannot be read is told when it is opened
  }
}
