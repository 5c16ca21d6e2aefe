import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HttpClient } from '../../../main/sync/http/client';

it('sends what waited for a connection as soon as one is free, over that connection', async () => {
  const ports = new Set<number | undefined>();
  const server = createServer((request, response) => {
    ports.add(request.socket.remotePort);
    request.resume().on('end', () => response.end(request.url));
  });
  // A server that would keep an idle connection for longer than the test may take.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new HttpClient({ certificate: null, headers: {}, sockets: 1 });
  onTestFinished(() => {
    client.close();
    server.close();
  });
  const { signal } = new AbortController();
  const paths = ['/1', '/2', '/3', '/4'];
  const answers = await Promise.all(
    paths.map((path) =>
      client.ask({ method: 'POST', url: `http://127.0.0.1:${String(port)}${path}`, body: path, signal }),
    ),
  );
  expect(answers.map(({ body }) => body.toString())).toEqual(paths);
  expect(ports.size).toBe(1);
}, 20_000);

it('writes a body from memory that is used again, and hears of a connection that ends meanwhile', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/cut') {
      request.once('data', () => request.socket.destroy());
      return;
    }
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => response.end(Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new HttpClient({ certificate: null, headers: {} });
  onTestFinished(() => {
    client.close();
    server.close();
  });
  const pieces = 64;
  const piece = 256 * 1024;
  const memory = Buffer.alloc(piece);
  let broken = 0;
  const body = {
    bytes: pieces * piece,
    pour: async (write: (bytes: Uint8Array) => Promise<void>): Promise<void> => {
      for (let at = 0; at < pieces; at += 1) {
        memory.fill(at);
        await write(memory).catch((error: unknown) => {
          broken += 1;
          throw error;
        });
      }
    },
  };
  const { signal } = new AbortController();
  const ask = (path: string) =>
    client.ask({ method: 'POST', url: `http://127.0.0.1:${String(port)}${path}`, body, signal });
  const came = (await ask('/')).body;
  expect(came.length).toBe(pieces * piece);
  expect(came.every((byte, at) => byte === Math.floor(at / piece))).toBe(true);
  await expect(ask('/cut')).rejects.toThrow();
  await expect.poll(() => broken).toBe(1);
}, 20_000);
