import { createPrivateKey, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';

/** Key and certificate as PEM (RFC 7468). */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** RSA with 2048 bits and SHA-256: what machines of the last fifteen years understand. */
const BITS = 2048;
/** Within what UTCTime can say (RFC 5280 4.1.2.5), whatever the clocks of a clinic show. */
const NOT_BEFORE = '000101000000Z';
const NOT_AFTER = '491231235959Z';

const Oid = {
  commonName: [0x55, 0x04, 0x03],
  sha256WithRSAEncryption: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
} as const;

/** Universal and context tags of DER (X.690 8). */
const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
} as const;

/** Makes a key and a certificate that vouches for itself (RFC 5280 4), with a common name of ASCII or UTF-8. */
export async function selfSigned(commonName: string): Promise<Identity> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: BITS,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const name = der(
    Tag.sequence,
    der(Tag.set, der(Tag.sequence, der(Tag.oid, Oid.commonName), der(Tag.utf8String, Buffer.from(commonName, 'utf8')))),
  );
  const algorithm = der(Tag.sequence, der(Tag.oid, Oid.sha256WithRSAEncryption), der(Tag.null));
  const body = der(
    Tag.sequence,
    der(Tag.version, der(Tag.integer, [2])),
    der(Tag.integer, serialNumber()),
    algorithm,
    name,
    der(Tag.sequence, der(Tag.utcTime, Buffer.from(NOT_BEFORE)), der(Tag.utcTime, Buffer.from(NOT_AFTER))),
    name,
    publicKey,
    der(Tag.extensions, der(Tag.sequence, ...extensions())),
  );
  const signature = sign('sha256', body, createPrivateKey(privateKey));
  const certificate = der(Tag.sequence, body, algorithm, der(Tag.bitString, [0], signature));
  return { key: privateKey, certificate: pem(certificate) };
}

/** That it may be trusted by itself, and a name for those who look for one. */
function extensions(): readonly Buffer[] {
  const authority = der(Tag.sequence, der(Tag.boolean, [0xff]));
  const names = der(Tag.sequence, der(Tag.dnsName, Buffer.from('fieldbox')));
  return [
    der(Tag.sequence, der(Tag.oid, Oid.basicConstraints), der(Tag.boolean, [0xff]), der(Tag.octetString, authority)),
    der(Tag.sequence, der(Tag.oid, Oid.subjectAltName), der(Tag.octetString, names)),
  ];
}

/** Positive, and not beginning with a zero byte. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** One element: tag, length, content (X.690 8.1). */
function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
