import { describe, expect, it } from 'vitest';
import { MessageWriter, type PlacedBytes } from '../../../main/network/message-writer';
import { decodeData, type DataValue } from '../../../main/network/pdu';

const LIMIT = 16_384;

/** Collects what is written; what is handed over may be changed once the write has ended, so it is copied only then. */
class Peer {
  readonly writes: number[] = [];
  private readonly parts: Buffer[] = [];

  readonly write = async (bytes: Uint8Array): Promise<void> => {
    this.writes.push(bytes.length);
    const at = this.parts.push(Buffer.alloc(0)) - 1;
    await new Promise((resolve) => setImmediate(resolve));
    this.parts[at] = Buffer.from(bytes);
  };

  /** The presentation data values, and the lengths of the PDUs they came in. */
  read(): { readonly values: readonly DataValue[]; readonly lengths: readonly number[] } {
    const all = Buffer.concat(this.parts);
    const values: DataValue[] = [];
    const lengths: number[] = [];
    for (let at = 0; at < all.length;) {
      const length = all.readUInt32BE(at + 2);
      expect(all[at]).toBe(4);
      lengths.push(length);
      values.push(...decodeData(all.subarray(at + 6, at + 6 + length)));
      at += 6 + length;
    }
    return { values, lengths };
  }
}

function bytesOf(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
}

async function* inPieces(bytes: Buffer, piece: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += piece) {
    await Promise.resolve();
    yield bytes.subarray(at, at + piece);
  }
}

/** Bytes that are read to where they are wanted, those from `end` on not at all. */
function toPlaces(bytes: Buffer, end = Infinity): PlacedBytes {
  return {
    bytes: bytes.length,
    fill: async (places, from) => {
      await new Promise((resolve) => setImmediate(resolve));
      let at = from;
      for (const place of places) {
        if (at + place.length > end) throw new Error('worn');
        bytes.copy(place, 0, at, at + place.length);
        at += place.length;
      }
    },
  };
}

function whole(values: readonly DataValue[], isCommand: boolean): Buffer {
  return Buffer.concat(values.filter((value) => value.isCommand === isCommand).map(({ fragment }) => fragment));
}

const command = bytesOf(100);

describe('messages on their way to a peer', () => {
  it.each([0, 1, LIMIT - 6, LIMIT - 5, 200_000, 1_000_000])(
    'carry a data set of %i bytes that is in memory in one write',
    async (length) => {
      const peer = new Peer();
      const data = bytesOf(length);
      const other = Buffer.from(data).reverse();
      const writer = new MessageWriter(LIMIT, peer.write);
      // Twice: the memory is used again.
      for (const each of [data, other]) await writer.send(7, command, each);
      const { values, lengths } = peer.read();
      expect(peer.writes).toHaveLength(2);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(LIMIT);
      expect(whole(values, true).equals(Buffer.concat([command, command]))).toBe(true);
      expect(whole(values, false).equals(Buffer.concat([data, other]))).toBe(true);
      expect(new Set(values.map(({ contextId }) => contextId))).toEqual(new Set([7]));
      const ends = values.filter(({ isLast }) => isLast).map(({ isCommand }) => isCommand);
      expect(ends).toEqual([true, false, true, false]);
      expect(values.at(-1)?.isLast).toBe(true);
    },
  );

  it.each([
    [0, 100, LIMIT],
    [1, 100, LIMIT],
    [LIMIT - 6, 1000, LIMIT],
    [2 * (LIMIT - 6), LIMIT - 6, LIMIT],
    [3_000_000, 512 * 1024, LIMIT],
    [3_000_000, 7_777, LIMIT],
    [3_000_000, 3_000_000, 131_072],
    [50_000, 999, 64],
  ])(
    'carry one of %i bytes that comes in pieces of %i, at most %i in a PDU, in few writes',
    async (length, piece, limit) => {
      const peer = new Peer();
      const data = bytesOf(length);
      const writer = new MessageWriter(limit, peer.write);
      // Twice: the memory is used again, between messages as within one.
      for (let time = 0; time < 2; time += 1) await writer.send(1, command, inPieces(data, piece));
      const { values, lengths } = peer.read();
      expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
      expect(whole(values, true).equals(Buffer.concat([command, command]))).toBe(true);
      expect(whole(values, false).equals(Buffer.concat([data, data]))).toBe(true);
      expect(values.filter(({ isLast, isCommand }) => isLast && !isCommand)).toHaveLength(2);
      expect(peer.writes.length).toBeLessThan(2 * (2 + length / 200_000));
    },
  );

  it.each([
    [0, LIMIT],
    [1, LIMIT],
    [LIMIT - 6, LIMIT],
    [2 * (LIMIT - 6), LIMIT],
    [3_000_000, LIMIT],
    [3_000_000, 131_072],
    [50_000, 64],
  ])('carry one of %i bytes that is read to its place, at most %i in a PDU, in few writes', async (length, limit) => {
    const peer = new Peer();
    const data = bytesOf(length);
    const writer = new MessageWriter(limit, peer.write);
    for (let time = 0; time < 2; time += 1) await writer.send(1, command, toPlaces(data));
    const { values, lengths } = peer.read();
    expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
    expect(whole(values, true).equals(Buffer.concat([command, command]))).toBe(true);
    expect(whole(values, false).equals(Buffer.concat([data, data]))).toBe(true);
    expect(values.filter(({ isLast, isCommand }) => isLast && !isCommand)).toHaveLength(2);
    expect(peer.writes.length).toBeLessThan(2 * (2 + length / 200_000));
  });

  it('never carry the last piece of a data set that breaks off', async () => {
    async function* breaking(): AsyncGenerator<Buffer> {
      yield* inPieces(bytesOf(2_000_000), 100_000);
      throw new Error('worn');
    }
    for (const data of [breaking(), toPlaces(bytesOf(2_000_000), 1_999_999)]) {
      const peer = new Peer();
      await expect(new MessageWriter(LIMIT, peer.write).send(1, command, data)).rejects.toThrow('worn');
      const { values } = peer.read();
      expect(values.some(({ isLast, isCommand }) => isLast && !isCommand)).toBe(false);
    }
  });

  it('end with the fault of the connection', async () => {
    const broken = (): Promise<void> => Promise.reject(new Error('EPIPE'));
    const writer = new MessageWriter(LIMIT, broken);
    await expect(writer.send(1, command, bytesOf(10))).rejects.toThrow('EPIPE');
    await expect(writer.send(1, command, inPieces(bytesOf(3_000_000), 100_000))).rejects.toThrow('EPIPE');
    await expect(writer.send(1, command, toPlaces(bytesOf(3_000_000)))).rejects.toThrow('EPIPE');
  });
});
