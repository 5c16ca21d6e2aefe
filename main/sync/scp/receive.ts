import { FieldboxError } from '@shared/errors';
import type { ScpSettings } from '@shared/model/scp';
import type { Engine } from '../../archive/engine';
import { DicomServer } from '../../network/scp';
import { systemCode } from '../../platform/durable';
import { ArchiveProvider, type Witness } from './archive-provider';
import { Reception } from './reception';

/** An archive that machines on the network can reach. */
export interface Receiving {
  readonly port: number;
  /** Ends all associations and imports, and stops listening. */
  close(): Promise<void>;
}

/**
 * Lets machines on the network send into an archive and ask it. Throws SCP_PORT_TAKEN, SCP_PORT_FORBIDDEN, SCP_LOCAL_ADDRESS,
 * SCP_NOT_LISTENING.
 */
export async function receive(
  engine: Engine,
  settings: Omit<ScpSettings, 'enabled'>,
  witness: Witness,
  onFault: (error: unknown) => void,
): Promise<Receiving> {
  const { AETitle, port, host, peers, strangersMayStore, worklist } = settings;
  const reception = new Reception(engine, onFault);
  const options = { AETitle, strictCalledAE: true, peers, strangersMayStore, worklist };
  const provider = new ArchiveProvider(engine, options, reception, witness, onFault);
  try {
    const server = await DicomServer.listen({ port, host, tls: null }, provider);
    return {
      port: server.port,
      close: async () => {
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
