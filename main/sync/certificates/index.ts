import type { Handlers } from '@shared/contract';
import type { CertificateVerb, OwnCertificate } from '@shared/contract/certificates';
import { FieldboxError } from '@shared/errors';
import { writeFileDurably } from '../../platform/durable';
import type { EngineContext } from '../../archive/context';
import { readCertificate, readIdentity } from './files';
import type { OwnIdentity } from './own-certificate';

export { OwnIdentity } from './own-certificate';

interface Parts {
  readonly ctx: Pick<EngineContext, 'commit'>;
  readonly identity: OwnIdentity;
  /** Listeners begin again, with the new certificate. */
  readonly changed: () => Promise<void>;
}

/** Making, loading and showing the certificate of this archive. */
export function createCertificates({ ctx, identity, changed }: Parts): Handlers<CertificateVerb> {
  const noted = async (certificate: OwnCertificate): Promise<OwnCertificate> => {
    const details = { fingerprint: certificate.fingerprint };
    await ctx.commit([{ type: 'log.noted', body: { code: 'CERTIFICATE_CHANGED', details, about: {} } }]);
    await changed();
    return certificate;
  };
  return {
    'certificate.own': async () => ({ certificate: await identity.described() }),
    'certificate.make': async () => noted(await identity.make()),
    'certificate.load': async ({ paths }) => noted(await identity.keep(await readIdentity(paths))),
    'certificate.save': async ({ path }) => {
      const own = await identity.get();
      if (own === null) throw new FieldboxError('NOT_FOUND', { what: 'certificate' });
      await writeFileDurably(path, own.certificate);
      return {};
    },
    'certificate.read': ({ path }) => readCertificate(path),
  };
}
