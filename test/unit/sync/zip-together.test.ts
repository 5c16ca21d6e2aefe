import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../../main/sync/http/client';
import { storedZip } from '../../../main/sync/http/stored-zip';
import { idOf } from '../../../main/sync/remotes/orthanc/ids';
import { Storing } from '../../../main/sync/remotes/orthanc/storing';
import type { Outgoing, SendOutcome } from '../../../main/sync/remotes/remote';
import { sendHooks } from '../../fixtures/send-hooks';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { zipEntries } from '../../fixtures/zip';

const { signal } = new AbortController();
const ARRIVED: SendOutcome = { kind: 'arrived', proof: null };

type Item = Pick<Outgoing, 'bytes' | 'held' | 'open' | 'facts'>;

/** An image whose bytes are its own number. */
function image(number: string, isHeld = true): Item {
  const bytes = Buffer.from(`number ${number} end`);
  const uids = { StudyInstanceUID: '1.2', SeriesInstanceUID: '1.2.3', SOPInstanceUID: `1.2.3.${number}` };
  return {
    bytes: bytes.length,
    held: isHeld ? bytes : null,
    open: () => Readable.from([bytes]),
    // Only these of the facts are used by what is tested.
    facts: { PatientID: 'A-1', ...uids } as Outgoing['facts'],
  };
}

const nameOf = (number: string): string => idOf(image(number));

interface Asked {
  readonly type: string;
  readonly numbers: readonly string[];
}

type Said = { readonly status: number; readonly body: unknown };

/** A server that answers by the numbers of the images in a request; gives what it was asked and how many bytes had left. */
function server(answering: (asked: Asked) => Said) {
  const requests: Asked[] = [];
  let left = 0;
  const hooks = sendHooks({ signal, progress: (bytes) => (left += bytes) });
  const ask = async ({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): Promise<HttpAnswer> => {
    const parts: Uint8Array[] = [];
    if (body instanceof Uint8Array) parts.push(body);
    else if (typeof body === 'object' && 'open' in body)
      for await (const part of body.open()) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('latin1');
    const numbers = [...text.matchAll(/number (\S+) end/g)].map(([, number = '']) => number);
    const asked = { type: headers?.['content-type'] ?? '', numbers };
    requests.push(asked);
    const said = answering(asked);
    return { status: said.status, reason: '', headers: {}, body: Buffer.from(JSON.stringify(said.body)) };
  };
  const storing = new Storing({ ask });
  const store = (items: readonly Item[]) =>
    Promise.all(items.map((item) => storing.store(item as unknown as Outgoing, hooks)));
  return { requests, store, bytesLeft: () => left };
}

/** What a sound server says of what it was sent. */
function stored({ type, numbers }: Asked, Status = 'Success'): Said {
  const named = numbers.map((number) => ({ ID: nameOf(number), Status }));
  return { status: 200, body: type === 'application/zip' ? named : named[0] };
}

const ZIP = 'application/zip';
const SINGLE = 'application/dicom';
const THREE = ['1', '2', '3'];

describe('a ZIP of files that are stored as they are', () => {
  it('is read by another program part, byte for byte', async () => {
    const entries = [
      { name: '1.dcm', bytes: Buffer.from('first') },
      { name: '2.dcm', bytes: Buffer.alloc(0) },
      { name: '30.dcm', bytes: Buffer.from(Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) & 0xff)) },
    ];
    const path = join(temporaryFolder(), 'some.zip');
    writeFileSync(path, storedZip(entries));
    const read = await zipEntries(path); // which compares the checksums
    expect([...read.keys()]).toEqual(entries.map(({ name }) => name));
    for (const { name, bytes } of entries) expect(bytes.equals(read.get(name) ?? Buffer.from('none'))).toBe(true);
  });
});

describe('small images to Orthanc that wait at the same moment', () => {
  it('go in one ZIP, also where some are there already, and every byte of them is counted once', async () => {
    const { requests, store, bytesLeft } = server((asked) => stored(asked, 'AlreadyStored'));
    const images = THREE.map((number) => image(number));
    expect(await store(images)).toEqual([ARRIVED, ARRIVED, ARRIVED]);
    expect(requests).toEqual([{ type: ZIP, numbers: THREE }]);
    expect(bytesLeft()).toBe(images.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('go at most sixteen in one, and a single one or a large one as it is', async () => {
    const { requests, store } = server((asked) => stored(asked));
    const numbers = Array.from({ length: 20 }, (_, at) => String(at + 1));
    expect(await store(numbers.map((number) => image(number)))).toEqual(numbers.map(() => ARRIVED));
    expect(requests.map(({ numbers: { length } }) => length)).toEqual([16, 4]);
    expect(await store([image('21', false), image('22')])).toEqual([ARRIVED, ARRIVED]);
    expect(requests.slice(2)).toHaveLength(2);
    expect(requests).toContainEqual({ type: SINGLE, numbers: ['21'] });
    expect(requests).toContainEqual({ type: SINGLE, numbers: ['22'] });
  });

  it.each([
    ['does not name', []],
    ['names as failed', [{ ID: nameOf('2'), Status: 'Failure' }]],
    ['names in another way', [{ name: nameOf('2') }, null]],
  ])('are sent again by themselves when the answer %s them', async (_, instead) => {
    const { requests, store } = server((asked) => {
      const said = stored({ ...asked, numbers: asked.numbers.filter((number) => number !== '2') });
      if (asked.type === ZIP) return { ...said, body: [...(said.body as unknown[]), ...instead] };
      return { status: 400, body: { OrthancStatus: 15 } };
    });
    const [first, second, third] = await store(THREE.map((number) => image(number)));
    expect([first, third]).toEqual([ARRIVED, ARRIVED]);
    expect(second).toEqual({ kind: 'refused', code: 'REMOTE_UNSUITED' });
    expect(requests).toEqual([
      { type: ZIP, numbers: THREE },
      { type: SINGLE, numbers: ['2'] },
    ]);
    // The others go on going together.
    await store(['4', '5'].map((number) => image(number)));
    expect(requests.at(-1)).toEqual({ type: ZIP, numbers: ['4', '5'] });
  });

  it.each([
    ['an old one that knows no ZIP', { status: 400, body: { OrthancStatus: 15 } }],
    ['one that says so with 500', { status: 500, body: { OrthancStatus: 15 } }],
    ['something before it that lets no ZIP through', { status: 413, body: 'too large' }],
    ['one that answers as for one image', { status: 200, body: { ID: nameOf('1'), Status: 'Success' } }],
  ])('go by themselves from then on to %s', async (_, refusal) => {
    const { requests, store } = server((asked) => (asked.type === ZIP ? refusal : stored(asked)));
    expect(await store(THREE.map((number) => image(number)))).toEqual([ARRIVED, ARRIVED, ARRIVED]);
    expect(await store(['4', '5'].map((number) => image(number)))).toEqual([ARRIVED, ARRIVED]);
    expect(requests.filter(({ type }) => type === ZIP)).toHaveLength(1);
    expect(requests.slice(1).map(({ numbers }) => numbers)).toEqual([['1'], ['2'], ['3'], ['4'], ['5']]);
  });

  it.each([
    [503, 'REMOTE_FAULT'],
    [401, 'REMOTE_LOGIN'],
    [429, 'REMOTE_BUSY_THERE'],
  ])('all wait when the server says %i: none is tried by itself', async (status, code) => {
    const { requests, store } = server(() => ({ status, body: 'no' }));
    const outcomes = await store(THREE.map((number) => image(number)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'later', whole: true, trouble: { code } });
    expect(requests).toHaveLength(1);
  });

  it('never go with another one of the same name', async () => {
    const { requests, store } = server((asked) => stored(asked));
    await store(['1', '1'].map((number) => image(number)));
    expect(requests.map(({ numbers }) => numbers)).toEqual([['1'], ['1']]);
  });
});
