import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { z } from 'zod';
import { contract, type CoreVerb, type EngineVerb } from '@shared/contract';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { AttachmentKey, ImageId } from '@shared/model/ids';
import { type Engine, openArchive } from '../archive/engine';
import { createSync, type Sync } from '../sync';
import { proofsOf } from '../sync/remotes/registry';
import type { Session } from '../archive/users';
import type { EngineFault, FromEngine, PictureRequest, ToEngine } from './engine-protocol';
import { PortSecrets } from './port-secrets';

/**
 * The thread in which the engine of the app lives: neither SQLite nor a flush to a slow disk ever holds up a window.
 * It opens one archive, answers until it is told to close, and ends.
 */
const Start = z.object({ folder: z.string(), holder: z.string(), version: z.string(), secretsProtected: z.boolean() });

if (!parentPort) throw new Error('engine-thread runs in a worker thread only.');
const port: MessagePort = parentPort;
const post = (message: FromEngine, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

/** It was told to close: from now on whoever is still answered may find the database closed below. */
let closing = false;

const start = Start.parse(workerData);
const secrets = new PortSecrets(start.secretsProtected, (request) => post({ type: 'secret', ...request }));
try {
  const engine = await openArchive(start.folder, {
    holder: start.holder,
    version: start.version,
    proofsOf,
    // The engine names the event and gives its own payload; the union of both is what travels.
    onEvent: (event, payload) => post({ type: 'event', event, payload } as FromEngine),
  });
  const sync = createSync(engine, {
    secrets,
    emit: (event, payload) => post({ type: 'event', event, payload } as FromEngine),
    onFault: (thrown) => post({ type: 'fault', fault: faultOf(thrown) }),
  });
  serve(engine, sync);
  sync.start();
  engine.background.start();
  await sync.listen();
  post({ type: 'opened', path: engine.context.paths.root });
} catch (thrown) {
  post({ type: 'refused', fault: faultOf(thrown) });
}

function serve(engine: Engine, sync: Sync): void {
  // The window is one caller: whoever has signed in at it.
  const desk = engine.openSessionWith(
    {
      origin: 'desk',
      locksItself: true,
      onChanged: (payload) => post({ type: 'event', event: 'session.changed', payload }),
    },
    sync.verbs,
  );
  const aborts = new Map<number, AbortController>();
  port.on('message', (message: ToEngine) => {
    switch (message.type) {
      case 'verb':
        void answer(message.id, () => run(desk, message.verb, message.input));
        break;
      case 'picture':
        void answerPicture(message.id, engine, desk, message.picture, aborts);
        break;
      case 'file':
        void answer(message.id, () => desk.pictures.file(imageOf(message.image)));
        break;
      case 'abort':
        aborts.get(message.id)?.abort();
        break;
      case 'secret':
        secrets.answer(message.id, message.value);
        break;
      case 'hint':
        sync.hint();
        break;
      case 'close':
        void close(engine, sync);
        break;
    }
  });
}

async function close(engine: Engine, sync: Sync): Promise<void> {
  closing = true;
  try {
    await sync.close();
    await engine.close();
  } finally {
    port.close();
  }
}

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    post({ type: 'answer', id, value: await work() });
  } catch (thrown) {
    post({ type: 'failure', id, fault: faultOf(thrown) });
  }
}

async function run(desk: Session<CoreVerb>, verb: EngineVerb, input: unknown): Promise<unknown> {
  // Checked by the dispatcher already; the types of a union of verbs cannot follow it across the thread.
  const handler = desk.verbs[verb] as (input: unknown) => Promise<unknown>;
  return handler(contract[verb].input.parse(input));
}

async function answerPicture(
  id: number,
  engine: Engine,
  desk: Session<CoreVerb>,
  picture: PictureRequest,
  aborts: Map<number, AbortController>,
): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    const bytes = await pictureOf(engine, desk, picture, abort.signal);
    // A view into a larger buffer, or one that is shared, is copied; a buffer of its own is handed over.
    const own =
      bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
        ? bytes.buffer
        : bytes.slice().buffer;
    post({ type: 'answer', id, value: new Uint8Array(own) }, own instanceof ArrayBuffer ? [own] : []);
  } catch (thrown) {
    post({ type: 'failure', id, fault: faultOf(thrown) });
  } finally {
    aborts.delete(id);
  }
}

async function pictureOf(
  engine: Engine,
  desk: Session<CoreVerb>,
  picture: PictureRequest,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if ('attachment' in picture) {
    desk.require('attachments.preview');
    const key = AttachmentKey.safeParse(picture.attachment);
    if (!key.success) throw new FieldboxError('BAD_REQUEST', { what: 'attachment' });
    return picture.kind === 'attachedPicture'
      ? engine.attachments.picture(key.data, signal)
      : engine.attachments.document(key.data);
  }
  const image = imageOf(picture.image);
  switch (picture.kind) {
    case 'thumbnail':
      return desk.pictures.thumbnail(image, signal);
    case 'frame':
      return desk.pictures.frame(image, picture.frame, signal);
    case 'document':
      return desk.pictures.document(image);
    case 'png':
      return desk.pictures.render(image, picture.options);
  }
}

function imageOf(text: string): ImageId {
  const image = ImageId.safeParse(text);
  if (!image.success) throw new FieldboxError('BAD_REQUEST', { what: 'image' });
  return image.data;
}

function faultOf(thrown: unknown): EngineFault {
  const told = asFieldboxError(thrown);
  const { cause } = told;
  const error = closing && told.code === 'INTERNAL' ? new FieldboxError('ARCHIVE_CLOSED', {}, cause) : told;
  return {
    error: error.toJSON(),
    trace: cause instanceof Error ? (cause.stack ?? cause.message) : (error.stack ?? ''),
  };
}
