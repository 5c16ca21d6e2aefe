import type { Socket } from 'node:net';
import { AssociationError, faultOf } from './fault';
import { PduError } from './pdu';

/** A-ASSOCIATE PDUs with 128 contexts and many syntaxes stay far below this, P-DATA too. */
const MAX_BYTES = 1024 * 1024;

/** One protocol data unit: its type and what follows its length. */
export interface Pdu {
  readonly type: number;
  readonly body: Buffer;
}

/** The next one. Throws AssociationError; also when there is none. */
export async function nextPdu(pdus: AsyncGenerator<Pdu>): Promise<Pdu> {
  try {
    const next = await pdus.next();
    if (next.done === true) throw new AssociationError({ kind: 'broken', code: 'EOF' });
    return next.value;
  } catch (error) {
    throw faultOf(error);
  }
}

/**
 * PDUs as they come, whatever the packets look like. A peer that is not read from has to wait, and is not taken for silent
 * meanwhile: this side may be slow on purpose. Nor is one that owes nothing, as long as `isOwed` says so.
 */
export async function* pdusOf(socket: Socket, isOwed: () => boolean = () => true): AsyncGenerator<Pdu> {
  let reading = true;
  socket.on('timeout', () => {
    if ((reading && isOwed()) || socket.writableLength > 0) socket.destroy(new AssociationError({ kind: 'silent' }));
    else socket.setTimeout(socket.timeout ?? 0);
  });
  let wanted = 6;
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes < wanted) continue;
    let held = Buffer.concat(parts);
    while (held.length >= 6) {
      const length = held.readUInt32BE(2);
      const type = held[0] ?? 0;
      if (type < 1 || type > 7 || length > MAX_BYTES) throw new PduError(`PDU ${String(type)}`);
      wanted = 6 + length;
      if (held.length < wanted) break;
      reading = false;
      yield { type, body: held.subarray(6, wanted) };
      reading = true;
      held = held.subarray(wanted);
      wanted = 6;
    }
    parts = [held];
    bytes = held.length;
  }
}
