import type { SettingsOf } from '@shared/model/remotes/settings';
import { Association, type RequestOptions } from '../../../network/association';
import type { Tls } from '../../../network/connect';
import type { ProposedContext } from '../../../network/pdu';
import { ServiceUser } from '../../../network/scu';
import { PLAIN_SYNTAXES } from '../../../network/uids';
import type { Surroundings, Trouble } from '../remote';

/** Odd ids from 1 to 255 (PS3.8 9.3.2.2). */
export const MOST_CONTEXTS = 128;

/** Asks the peer of a destination for an association. Throws AssociationError. */
export type Associate = (
  contexts: readonly ProposedContext[],
  signal: AbortSignal,
  roles?: RequestOptions['roles'],
) => Promise<ServiceUser>;

/** How a destination is associated with, as its settings say. */
export function associating(
  settings: SettingsOf<'dimse'>,
  surroundings: Pick<Surroundings, 'patience' | 'ownCertificate'>,
): Associate {
  const { host, port, calledAETitle, callingAETitle } = settings;
  return async (contexts, signal, roles = []) => {
    const association = await Association.request({
      host,
      port,
      calledAETitle,
      callingAETitle,
      contexts,
      roles,
      signal,
      tls: await tlsTo(settings, surroundings.ownCertificate),
      ...surroundings.patience,
    });
    return new ServiceUser(association);
  };
}

/** How a connection to a peer is encrypted; null: not at all. Throws SECRET_UNREADABLE. */
export async function tlsTo(
  { tls, certificate }: Pick<SettingsOf<'dimse'>, 'tls' | 'certificate'>,
  ownCertificate: Surroundings['ownCertificate'],
): Promise<Tls | null> {
  if (!tls) return null;
  // Many archives let nobody in who shows no certificate.
  const own = await ownCertificate();
  return { ca: null, key: own?.key ?? null, certificate: own?.certificate ?? null, fingerprint: certificate };
}

/** A context for questions and other small data sets. */
export function plain(id: number, abstractSyntax: string): ProposedContext {
  return { id, abstractSyntax, transferSyntaxes: PLAIN_SYNTAXES };
}

/** A final status that is no success. */
export function refusedQuery(status: number): Trouble {
  return { code: 'REMOTE_ANSWER', details: { what: `0x${status.toString(16).toUpperCase().padStart(4, '0')}` } };
}
