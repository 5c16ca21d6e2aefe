import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AssociationError, faultOf } from './fault';

export interface Tls {
  /** PEM; what the peer must be signed by. Null: what the system trusts. */
  readonly ca: string | null;
  readonly key: string | null;
  readonly certificate: string | null;
  /** SHA-256 of the only certificate that is accepted. */
  readonly fingerprint: string | null;
}

/** Where to, how, and how long it may take. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | null;
  readonly connectMs?: number;
  readonly signal?: AbortSignal;
}

/** Opens a connection; with TLS, one whose other side is who it has to be. Throws AssociationError. */
export function connected(options: ConnectOptions): Promise<Socket> {
  const { host, port, tls } = options;
  return new Promise((resolve, reject) => {
    const socket =
      tls === null
        ? connectTcp({ host, port, noDelay: true })
        : connectTls({
            host,
            port,
            // Hosts in a clinic have addresses and no names; a pinned certificate or a given authority speaks for them.
            checkServerIdentity: () => undefined,
            rejectUnauthorized: tls.fingerprint === null,
            ...(tls.ca !== null && { ca: tls.ca }),
            ...(tls.key !== null && { key: tls.key }),
            ...(tls.certificate !== null && { cert: tls.certificate }),
          });
    const fail = (error: unknown): void => {
      socket.destroy();
      reject(faultOf(error));
    };
    const stop = (): void => void socket.destroy();
    options.signal?.addEventListener('abort', stop, { once: true });
    socket.once('close', () => options.signal?.removeEventListener('abort', stop));
    const limit = setTimeout(
      () => fail(new AssociationError({ kind: 'broken', code: 'ETIMEDOUT' })),
      options.connectMs ?? 15_000,
    );
    socket.once('error', fail);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(limit);
      socket.off('error', fail);
      socket.on('error', () => undefined); // whoever reads or writes hears of it
      if (tls?.fingerprint && 'getPeerCertificate' in socket) {
        const shown = socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
        if (shown !== tls.fingerprint) {
          fail(Object.assign(new Error('certificate'), { code: 'CERT_PINNED' }));
          return;
        }
      }
      socket.setNoDelay(true);
      resolve(socket);
    });
    socket.once('close', () => {
      clearTimeout(limit);
      fail(new AssociationError({ kind: 'broken', code: 'ABORTED' })); // nobody hears it once it is connected
    });
  });
}
