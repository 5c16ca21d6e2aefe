import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FieldboxError } from '@shared/errors';
import { diskError, systemCode } from '../../platform/durable';
import { fingerprintOf, readCertificate } from '../../sync/certificates/files';
import { selfSigned } from '../../sync/certificates/self-signed';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  certificate: { type: 'string', default: '' },
  key: { type: 'string', default: '' },
  name: { type: 'string', default: 'Fieldbox' },
} as const;

/** `certificate make|show`: the key and certificate with which `serve` is encrypted. */
export async function certificateCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [act, path] = positionals;
  if (act === 'make') return make(values, terminal);
  if (act === 'show' && path !== undefined) return show(path, terminal);
  throw new UsageError('certificate is one of: certificate make --certificate FILE --key FILE, certificate show FILE.');
}

/** Nothing that is there is written over. */
async function make(
  { certificate, key, name }: { readonly certificate: string; readonly key: string; readonly name: string },
  terminal: Terminal,
): Promise<number> {
  if (certificate === '' || key === '') throw new UsageError('Say where: --certificate FILE --key FILE.');
  if (name === '' || name.length > 64) throw new UsageError('--name has 1 to 64 letters.');
  const made = await selfSigned(name);
  await writeNew(key, made.key, 0o600);
  await writeNew(certificate, made.certificate, 0o644);
  const fingerprint = fingerprintOf(new X509Certificate(made.certificate));
  terminal.answer({ certificate, key, fingerprint }, () => fingerprint);
  return 0;
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { mode, flag: 'wx', flush: true });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw new FieldboxError('BAD_REQUEST', { what: `${path} is there already` });
    throw diskError(error);
  }
}

async function show(path: string, terminal: Terminal): Promise<number> {
  const { subject, fingerprint } = await readCertificate(path);
  terminal.answer({ subject, fingerprint }, () => `${subject}  ${fingerprint}`);
  return 0;
}
