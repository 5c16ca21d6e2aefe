import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { dataSetOf, dataSetStart, placedDataSet } from '../../../main/sync/remotes/dimse/file-parts';
import { LinkSpeed } from '../../../main/sync/remotes/slicebox/link-speed';
import { EXPLICIT_LE, instanceBytes } from '../../fixtures/instances';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const JPEG = '1.2.840.10008.1.2.4.50';
const MEBIBYTE = 1024 * 1024;

describe('the speed of a link between two Fieldboxes', () => {
  it('decides about packing: not over a fast one, and never what is packed already', () => {
    const link = new LinkSpeed();
    expect([link.isFast, link.encodingOf(EXPLICIT_LE), link.encodingOf(JPEG)]).toEqual([false, 'deflate', 'identity']);
    link.note(8 * MEBIBYTE, 1000);
    expect([link.isFast, link.encodingOf(EXPLICIT_LE)]).toEqual([true, 'identity']);
    link.note(3 * MEBIBYTE, 1000);
    expect(link.isFast).toBe(true);
    link.note(MEBIBYTE, 1000);
    expect([link.isFast, link.encodingOf(EXPLICIT_LE)]).toEqual([false, 'deflate']);
  });

  it('is not taken for slow because of the way there and back of a small image', () => {
    const link = new LinkSpeed();
    link.note(8 * MEBIBYTE, 1000);
    link.note(2000, 300);
    expect(link.isFast).toBe(true);
  });
});

describe('the data set of a file on its way', () => {
  const read = async (file: Buffer, size: number): Promise<{ readonly data: Buffer; readonly counted: number }> => {
    const chunks = Array.from({ length: Math.ceil(file.length / size) }, (_, at) =>
      file.subarray(at * size, (at + 1) * size),
    );
    let counted = 0;
    const parts: Buffer[] = [];
    for await (const part of dataSetOf(Readable.from(chunks), (bytes) => (counted += bytes))) parts.push(part);
    return { data: Buffer.concat(parts), counted };
  };

  /** The same, read to its place: into pieces of this size, some at a time. */
  const readPlaces = async (
    file: Buffer,
    size: number,
  ): Promise<{ readonly data: Buffer; readonly counted: number }> => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, file);
    const opened = await open(path, 'r');
    try {
      let counted = 0;
      const set = await placedDataSet(opened, (bytes) => (counted += bytes));
      const data = Buffer.alloc(set.bytes);
      for (let at = 0; at < data.length; at += 3 * size) {
        const places = [0, 1, 2].map((nth) => data.subarray(at + nth * size, at + (nth + 1) * size));
        await set.fill(places, at);
      }
      return { data, counted };
    } finally {
      await opened.close();
    }
  };

  it.each([7, 1000, 65_536, 1_000_000])(
    'is the same in pieces of %i bytes, from tiny and from large files',
    async (size) => {
      for (const side of [8, 400]) {
        const file = Buffer.from(instanceBytes({ seed: 1, side }));
        for (const way of [read, readPlaces]) {
          const { data, counted } = await way(file, size);
          expect(data.equals(file.subarray(dataSetStart(file)))).toBe(true);
          expect(counted).toBe(file.length);
        }
      }
    },
  );

  it('begins behind a group 0002 that is longer than what is looked at first', async () => {
    const private16 = Buffer.alloc(12);
    private16.writeUInt16LE(0x0002, 0);
    private16.writeUInt16LE(0x0102, 2);
    private16.write('OB', 4, 'latin1');
    private16.writeUInt32LE(200_000, 8);
    const head = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), private16, Buffer.alloc(200_000)]);
    const dataSet = Buffer.from([8, 0, 5, 0, 0x43, 0x53, 0, 0]);
    const file = Buffer.concat([head, dataSet]);
    for (const way of [read, readPlaces]) expect((await way(file, 30_000)).data.equals(dataSet)).toBe(true);
  });

  it('is not made up when the file has become shorter', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, instanceBytes({ seed: 1, side: 400 }));
    const opened = await open(path, 'r');
    try {
      const set = await placedDataSet(opened, () => undefined);
      writeFileSync(path, instanceBytes({ seed: 1, side: 300 }));
      await expect(set.fill([Buffer.alloc(set.bytes)], 0)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    } finally {
      await opened.close();
    }
  });
});
