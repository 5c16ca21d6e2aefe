import { Worker } from 'node:worker_threads';
import { engineVerbs, type EngineVerb, type EventName, type EventPayload, type Handlers } from '@shared/contract';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { StoredFile } from '../archive/images/stored-file';
import { workerUrl } from '../platform/worker-url';
import type {
  EngineFault,
  EngineStart,
  FromEngine,
  PictureRequest,
  SecretAnswer,
  SecretRequest,
  ToEngine,
} from './engine-protocol';

/** What the owner of an engine hears. */
export interface EngineListeners {
  readonly onEvent: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  /** A technical fault that no call is waiting for. */
  readonly onFault: (error: FieldboxError) => void;
  /** Keeps and gives the secrets of remotes. */
  readonly onSecret: (request: SecretRequest) => Promise<SecretAnswer>;
  /** The thread ended without having been asked to: the archive is closed, and can be opened again. */
  readonly onDied: (error: FieldboxError) => void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: FieldboxError): void;
}

/** An engine that has not closed after this long (its disk may be gone) is ended: a crash loses nothing either. */
const CLOSE_LIMIT_MS = 10_000;

/** The engine of one open archive, seen from the main thread. */
export class EngineClient {
  readonly verbs: Handlers<EngineVerb>;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private closing = false;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly worker: Worker,
    readonly path: string,
    private readonly listeners: EngineListeners,
  ) {
    const call = (verb: EngineVerb) => (input: unknown) => this.request((id) => ({ type: 'verb', id, verb, input }));
    // One function a verb: the engine on the other side has exactly these, with these types.
    this.verbs = Object.fromEntries(
      Object.keys(engineVerbs).map((verb) => [verb, call(verb as EngineVerb)]),
    ) as unknown as Handlers<EngineVerb>;
    worker.on('message', (message: FromEngine) => this.hear(message));
    this.ended = new Promise((resolve) => {
      let fault: unknown;
      worker.on('error', (error) => (fault = error));
      worker.on('exit', () => {
        this.failAll();
        resolve();
        if (!this.closing) listeners.onDied(new FieldboxError('ARCHIVE_CLOSED', {}, fault));
      });
    });
  }

  /** Starts a thread and opens an archive in it. Throws what `openArchive` throws. */
  static open(start: EngineStart, listeners: EngineListeners): Promise<EngineClient> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(workerUrl('engine'), { workerData: start });
      const died = (error: unknown): void => reject(new FieldboxError('INTERNAL', {}, error));
      const ended = (code: number): void =>
        reject(new FieldboxError('INTERNAL', {}, new Error(`The engine's thread ended with ${code}.`)));
      worker.once('error', died);
      worker.once('exit', ended);
      const hear = (first: FromEngine): void => {
        if (first.type !== 'opened' && first.type !== 'refused') return; // what changes while it opens is asked for afterwards
        worker.off('error', died);
        worker.off('exit', ended);
        worker.off('message', hear);
        if (first.type === 'opened') resolve(new EngineClient(worker, first.path, listeners));
        else reject(errorOf(first.fault));
      };
      worker.on('message', hear);
    });
  }

  /** Bytes of a picture. Throws NO_PIXELS, NO_SUCH_FRAME, PIXELS_*, OBJECT_MISSING, CANCELLED. */
  async picture(picture: PictureRequest, signal: AbortSignal): Promise<Uint8Array> {
    const value = await this.request((id) => {
      signal.addEventListener('abort', () => this.post({ type: 'abort', id }), { once: true });
      return { type: 'picture', id, picture };
    });
    if (!(value instanceof Uint8Array)) throw new FieldboxError('INTERNAL');
    return value;
  }

  /** Where the stored file of an image is, when it may leave. Throws NOT_FOUND, CONSENT_REFUSED, OBJECT_*. */
  async file(image: string): Promise<StoredFile> {
    // The engine's own answer, which this side has just asked for.
    return (await this.request((id) => ({ type: 'file', id, image }))) as StoredFile;
  }

  /** Cancels what runs, closes the archive and waits until the thread has ended. */
  async close(): Promise<void> {
    this.closing = true;
    this.post({ type: 'close' });
    const limit = setTimeout(() => void this.worker.terminate(), CLOSE_LIMIT_MS);
    await this.ended;
    clearTimeout(limit);
  }

  /** The machine woke up or a network came. */
  hint(): void {
    if (!this.closing) this.post({ type: 'hint' });
  }

  private request(message: (id: number) => ToEngine): Promise<unknown> {
    if (this.closing) return Promise.reject(new FieldboxError('ARCHIVE_CLOSED'));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.post(message(id));
    });
  }

  private post(message: ToEngine): void {
    this.worker.postMessage(message);
  }

  private hear(message: FromEngine): void {
    switch (message.type) {
      case 'event':
        this.listeners.onEvent(message.event, message.payload);
        break;
      case 'answer':
        this.take(message.id)?.resolve(message.value);
        break;
      case 'failure':
        this.take(message.id)?.reject(errorOf(message.fault));
        break;
      case 'fault':
        this.listeners.onFault(errorOf(message.fault));
        break;
      case 'secret':
        void this.answerSecret(message.id, message.request);
        break;
      case 'opened':
      case 'refused':
        break; // heard by `open`
    }
  }

  private async answerSecret(id: number, request: SecretRequest): Promise<void> {
    try {
      this.post({ type: 'secret', id, value: await this.listeners.onSecret(request) });
    } catch (thrown) {
      // A secret that cannot be read is as good as none: the remote will ask for it, and the log says why.
      this.listeners.onFault(asFieldboxError(thrown));
      this.post({ type: 'secret', id, value: null });
    }
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending;
  }

  private failAll(): void {
    for (const pending of this.pending.values()) pending.reject(new FieldboxError('ARCHIVE_CLOSED'));
    this.pending.clear();
  }
}

function errorOf({ error, trace }: EngineFault): FieldboxError {
  return new FieldboxError(error.code, error.details, trace === '' ? undefined : new Error(trace));
}
