import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { TrustedCertificate } from '@shared/model/listener-tls';
import type { Identity } from './self-signed';

/** A chain of certificates is far smaller. */
const MOST_BYTES = 64 * 1024;

/** Reads a certificate from a file, PEM or DER. Throws CERTIFICATE_UNREADABLE. */
export async function readCertificate(path: string): Promise<TrustedCertificate> {
  const text = textOf(await contentOf(path));
  const certificate = certificateIn(text);
  return { subject: subjectOf(certificate), fingerprint: fingerprintOf(certificate), text };
}

/**
 * Reads a certificate and its key from files, whichever holds which. Throws CERTIFICATE_UNREADABLE,
 * CERTIFICATE_KEY_UNREADABLE, CERTIFICATE_KEY_MISMATCH.
 */
export async function readIdentity(paths: readonly string[]): Promise<Identity> {
  const contents = await Promise.all(paths.map((path) => contentOf(path)));
  const certificate = firstOf(contents, textOf);
  const key = firstOf(contents, keyIn);
  if (!certificateIn(certificate).checkPrivateKey(key)) throw new FieldboxError('CERTIFICATE_KEY_MISMATCH');
  return { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** What the first of some files gives that can be read so. Throws what the last of them throws. */
function firstOf<T>(contents: readonly Buffer[], read: (content: Buffer) => T): T {
  let failure = new FieldboxError('CERTIFICATE_UNREADABLE');
  for (const content of contents) {
    try {
      return read(content);
    } catch (error) {
      failure = asFieldboxError(error);
    }
  }
  throw failure;
}

/** Throws CERTIFICATE_UNREADABLE. */
export function certificateIn(text: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new FieldboxError('CERTIFICATE_UNREADABLE', {}, error);
  }
}

/** SHA-256 as lower-case hexadecimal digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Whom a certificate names: the common name, or all there is. */
export function subjectOf({ subject }: X509Certificate): string {
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
  return name.replaceAll('\n', ', ').slice(0, 1000);
}

/** PEM as it is, with the chain behind it; of DER the same in PEM. */
function textOf(content: Buffer): string {
  const text = content.toString('latin1');
  const begin = text.indexOf('-----BEGIN CERTIFICATE-----');
  return begin === -1 ? certificateIn(content).toString() : chainIn(text.slice(begin));
}

/** The certificates of a text, without what else stands in it, such as a key. */
function chainIn(text: string): string {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new FieldboxError('CERTIFICATE_UNREADABLE');
  return `${blocks.join('\n')}\n`;
}

function keyIn(content: Buffer): KeyObject {
  try {
    return createPrivateKey(content);
  } catch (error) {
    throw new FieldboxError('CERTIFICATE_KEY_UNREADABLE', {}, error);
  }
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(MOST_BYTES);
      const { bytesRead } = await file.read(bytes, 0, MOST_BYTES, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new FieldboxError('CERTIFICATE_UNREADABLE', {}, error);
  }
}
