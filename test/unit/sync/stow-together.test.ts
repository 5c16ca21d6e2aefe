import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../../main/sync/http/client';
import { HELD_BYTES, heldOrStream } from '../../../main/sync/held';
import { Listing } from '../../../main/sync/remotes/dicomweb/listing';
import { Storing } from '../../../main/sync/remotes/dicomweb/storing';
import type { Outgoing, SendOutcome } from '../../../main/sync/remotes/remote';
import { sendHooks } from '../../fixtures/send-hooks';

const signal = new AbortController().signal;
const hooks = sendHooks({ signal });
const ARRIVED: SendOutcome = { kind: 'arrived', proof: null };

type Item = Pick<Outgoing, 'bytes' | 'sha256' | 'held' | 'open'> & {
  readonly facts: { readonly SOPInstanceUID: string };
};

/** An image whose bytes are its own UID. */
function small(SOPInstanceUID: string): Item {
  const held = Buffer.from(`uid ${SOPInstanceUID} end`);
  return {
    bytes: held.length,
    sha256: 'ab'.repeat(32),
    held,
    open: () => Readable.from([held]),
    facts: { SOPInstanceUID },
  };
}

/** A server that answers by the UIDs of a request; gives them all. */
function server(
  answering: (uids: readonly string[]) => { readonly status: number; readonly stored: readonly string[] | null },
) {
  const requests: (readonly string[])[] = [];
  const ask = async (request: Pick<HttpRequest, 'body'>): Promise<HttpAnswer> => {
    if (!Buffer.isBuffer(request.body)) throw new Error('A body in memory was expected.');
    const uids = [...request.body.toString('latin1').matchAll(/uid (\S+) end/g)].map(([, uid = '']) => uid);
    requests.push(uids);
    const { status, stored } = answering(uids);
    const sequence = (stored ?? []).map((uid) => ({ '00081155': { vr: 'UI', Value: [uid] } }));
    const body = stored === null ? '' : JSON.stringify({ '00081199': { vr: 'SQ', Value: sequence } });
    return Promise.resolve({ status, reason: '', headers: {}, body: Buffer.from(body) });
  };
  // Only this of an item is used by what is tested.
  const storing = new Storing({ ask }, '/studies');
  const store = (items: readonly Item[]) =>
    Promise.all(items.map((item) => storing.store(item as unknown as Outgoing, hooks)));
  return { requests, store };
}

const UIDS = ['1.1', '1.2', '1.3'];

describe('STOW-RS of small images that wait at the same moment', () => {
  it('goes in one request', async () => {
    const { requests, store } = server((uids) => ({ status: 200, stored: uids }));
    expect(await store(UIDS.map(small))).toEqual([ARRIVED, ARRIVED, ARRIVED]);
    expect(requests).toEqual([UIDS]);
  });

  it('never puts two of one UID into a request', async () => {
    const { requests, store } = server((uids) => ({ status: 200, stored: uids }));
    await store(['1.1', '1.1'].map(small));
    expect(requests).toEqual([['1.1'], ['1.1']]);
  });

  it('sends what the answer does not name again by itself, and believes only what is named then', async () => {
    const { requests, store } = server((uids) => ({ status: 200, stored: uids.filter((uid) => uid !== '1.2') }));
    const [first, second, third] = await store(UIDS.map(small));
    expect([first, third]).toEqual([ARRIVED, ARRIVED]);
    expect(second).toMatchObject({ kind: 'later', trouble: { code: 'REMOTE_NOT_KEPT' } });
    expect(requests).toEqual([UIDS, ['1.2']]);
  });

  it('refuses none because a server refuses them together, and sends single ones from then on', async () => {
    const { requests, store } = server((uids) =>
      uids.length > 1 ? { status: 400, stored: null } : { status: 200, stored: uids },
    );
    expect(await store(UIDS.map(small))).toEqual([ARRIVED, ARRIVED, ARRIVED]);
    expect(await store(['2.1', '2.2'].map(small))).toEqual([ARRIVED, ARRIVED]);
    expect(requests[0]).toEqual(UIDS);
    expect(requests.slice(1).every(({ length }) => length === 1)).toBe(true);
  });
});

describe('what a series holds', () => {
  it('is asked once for many images, and again after a failure', async () => {
    let asked = 0;
    const listing = new Listing(async () => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('away')) : Promise.resolve(new Set(['1.1']));
    });
    await expect(listing.of('series', signal)).rejects.toThrow('away');
    expect((await listing.of('series', signal))?.has('1.1')).toBe(true);
    await listing.of('series', signal);
    expect(asked).toBe(2);
  });

  it('grows by what was sent there', async () => {
    const listing = new Listing(() => Promise.resolve(new Set(['1.1'])));
    await listing.note('other', '1.1');
    await listing.of('series', signal);
    await listing.note('series', '1.2');
    expect([...((await listing.of('series', signal)) ?? [])]).toEqual(['1.1', '1.2']);
  });
});

describe('a file on its way in', () => {
  it('is held in memory when it is small, and a stream of all its bytes when not', async () => {
    const parts = (bytes: number): Readable => Readable.from([Buffer.alloc(bytes, 1), Buffer.alloc(7, 2)]);
    const whole = await heldOrStream(parts(1000));
    expect(Buffer.isBuffer(whole) && whole.length).toBe(1007);
    const large = await heldOrStream(parts(HELD_BYTES));
    expect(Buffer.isBuffer(large)).toBe(false);
    const read: Uint8Array[] = [];
    if (!Buffer.isBuffer(large)) for await (const part of large) read.push(part);
    const all = Buffer.concat(read);
    expect([all.length, all[0], all.at(-1)]).toEqual([HELD_BYTES + 7, 1, 2]);
  });
});
