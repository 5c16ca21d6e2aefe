import { FieldboxError } from '@shared/errors';
import type { ScpSettings } from '@shared/model/scp';
import type { Engine } from '../../archive/engine';
import { DicomServer } from '../../network/scp';
import { systemCode } from '../../platform/durable';
import type { OwnIdentity } from '../certificates';
import { ArchiveProvider, type ProviderParts } from './archive-provider';
import { Reception } from './reception';

/** An archive that machines on the network can reach. */
export interface Receiving {
  readonly port: number;
  /** Ends all associations and imports, and stops listening. */
  close(): Promise<void>;
}

/** What receiving needs besides its settings. */
export interface ReceivingParts extends Omit<ProviderParts, 'reception' | 'identity'> {
  /** Whose certificate is shown where the connection is encrypted. */
  readonly identity: OwnIdentity;
}

/**
 * Lets machines on the network send into an archive and ask it. Throws SCP_PORT_TAKEN, SCP_PORT_FORBIDDEN, SCP_LOCAL_ADDRESS,
 * SCP_NOT_LISTENING, CERTIFICATE_NOT_KEPT, SECRET_UNREADABLE.
 */
export async function receive(
  engine: Engine,
  settings: Omit<ScpSettings, 'enabled'>,
  parts: ReceivingParts,
): Promise<Receiving> {
  const { port, host } = settings;
  const { reports } = parts;
  const tls = await parts.identity.forListener(settings.tls);
  const reception = new Reception(engine, parts.onFault);
  const provider = new ArchiveProvider(engine, settings, { ...parts, reception });
  try {
    const server = await DicomServer.listen({ port, host, tls }, provider);
    reports.opened();
    return {
      port: server.port,
      close: async () => {
        reports.closed();
        await server.close();
        reception.close();
      },
    };
  } catch (error) {
    throw faultOfListening(error, { port, host });
  }
}

function faultOfListening(error: unknown, { port, host }: { port: number; host: string }): FieldboxError {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new FieldboxError('SCP_PORT_TAKEN', { port }, error);
    case 'EACCES':
    case 'EPERM':
      return new FieldboxError('SCP_PORT_FORBIDDEN', { port }, error);
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return new FieldboxError('SCP_LOCAL_ADDRESS', { host }, error);
    default:
      return new FieldboxError('SCP_NOT_LISTENING', { what: systemCode(error) || 'unknown' }, error);
  }
}
