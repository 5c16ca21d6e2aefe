import { parentPort, type Transferable } from 'node:worker_threads';
import { asFieldboxError } from '@shared/errors';
import type { TaskReply, TaskRequest } from '../protocol';
import { tasks } from '../tasks';

const port = parentPort;
if (!port) throw new Error('This file runs only as a worker thread.');

/** Buffers that belong to the answer alone can be handed over instead of copied. */
function transferables(output: unknown): Transferable[] {
  if (typeof output !== 'object' || output === null) return [];
  const found = new Set<ArrayBuffer>();
  for (const value of Object.values(output)) {
    if (
      ArrayBuffer.isView(value) &&
      value.buffer instanceof ArrayBuffer &&
      value.byteLength === value.buffer.byteLength
    ) {
      found.add(value.buffer);
    }
  }
  return [...found];
}

async function answer(request: TaskRequest): Promise<void> {
  // The pool sends only inputs of the task it names; the registry's types hold that on the sending side.
  const run = tasks[request.task] as (input: unknown) => Promise<unknown>;
  let reply: TaskReply;
  let transfer: Transferable[] = [];
  try {
    const output = await run(request.input);
    transfer = transferables(output);
    reply = { id: request.id, ok: true, output: output as never };
  } catch (thrown) {
    const error = asFieldboxError(thrown);
    const cause = error.cause instanceof Error ? error.cause : error;
    reply = { id: request.id, ok: false, error: error.toJSON(), trace: cause.stack ?? cause.message };
  }
  port?.postMessage(reply, transfer);
}

/** One task after the other, also when the next one was sent before this one has ended. */
let tail = Promise.resolve();
port.on('message', (request: TaskRequest) => {
  tail = tail.then(() => answer(request));
});
