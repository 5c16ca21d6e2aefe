import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Admission, Association, AssociationError } from './association';
import type { CommitmentEvent } from './commitment';
import { Conversation } from './conversation';
import type { AnsweredContext, AssociateRequest, Rejection } from './pdu';
import type { Caller, ServiceProvider } from './provider';
import { reportByCalling } from './report-caller';
import { PLAIN_SYNTAXES, Services } from './uids';

export interface ServerOptions {
  readonly port: number;
  /** Loopback until told otherwise. */
  readonly host: string;
  readonly tls: { readonly key: string; readonly certificate: string; readonly ca: string | null } | null;
  readonly mostAssociations?: number;
  readonly artimMs?: number;
  readonly idleMs?: number;
}

const QUERIES: ReadonlySet<string> = new Set([
  Services.PatientRootFind,
  Services.StudyRootFind,
  Services.ModalityWorklistFind,
  Services.PatientRootMove,
  Services.StudyRootMove,
  Services.PatientRootGet,
  Services.StudyRootGet,
]);
const PLAIN: ReadonlySet<string> = new Set([Services.Verification, Services.StorageCommitment, ...QUERIES]);

/** PS3.8 9.3.4: rejected-transient, by the presentation layer, local limit exceeded. */
const BUSY: Rejection = { result: 2, source: 3, reason: 2 };

/** The server of the clinic's cable: takes C-ECHO, C-STORE, C-FIND, C-MOVE, C-GET and storage commitment. */
export class DicomServer {
  private readonly sockets = new Set<Socket>();
  private readonly stopping = new AbortController();
  private readonly calls = new Set<Promise<void>>();
  private open = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: ServerOptions,
    private readonly provider: ServiceProvider,
  ) {}

  /** Listens. Throws the system's error when the port is taken. */
  static async listen(options: ServerOptions, provider: ServiceProvider): Promise<DicomServer> {
    const { tls } = options;
    const server =
      tls === null
        ? createTcpServer({ noDelay: true })
        : createTlsServer({
            key: tls.key,
            cert: tls.certificate,
            handshakeTimeout: options.artimMs ?? 30_000,
            ...(tls.ca !== null && { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
          });
    const dicom = new DicomServer(server, options, provider);
    server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => void dicom.serve(socket));
    server.on('tlsClientError', () => undefined); // a stranger without a certificate; the handshake has ended it
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => provider.onFault(error));
    return dicom;
  }

  get port(): number {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Ends all associations and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.stopping.abort();
    for (const socket of this.sockets) socket.destroy();
    await closed;
    await Promise.all(this.calls);
  }

  private async serve(socket: Socket): Promise<void> {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined); // whoever reads or writes hears of it
    this.open += 1;
    try {
      let caller: Caller = { callingAETitle: '', calledAETitle: '', address: socket.remoteAddress ?? '' };
      const association = await Association.accept(
        socket,
        (request) => {
          const { callingAETitle, calledAETitle } = request;
          caller = { ...caller, callingAETitle, calledAETitle };
          return this.admission(request, caller);
        },
        { artimMs: this.options.artimMs ?? 30_000, idleMs: this.options.idleMs ?? 120_000 },
      );
      if (association !== null) await this.converse(association, caller);
    } catch (error) {
      // A peer that breaks off, is silent or speaks nonsense is no fault of ours.
      if (!(error instanceof AssociationError)) this.provider.onFault(error);
    } finally {
      this.open -= 1;
      socket.destroySoon();
    }
  }

  private async converse(association: Association, caller: Caller): Promise<void> {
    const conversation = new Conversation(association, caller, this.provider);
    try {
      await conversation.run();
    } finally {
      const { untold } = conversation;
      if (untold.length > 0) {
        const call = this.tellByCalling(untold, caller).finally(() => this.calls.delete(call));
        this.calls.add(call);
      }
    }
  }

  /** The peer is called back, after the association it has asked on. */
  private async tellByCalling(events: readonly CommitmentEvent[], caller: Caller): Promise<void> {
    const { callingAETitle: calledAETitle } = caller;
    try {
      const peer = await this.provider.destination(calledAETitle);
      const untold =
        peer === null ? events : await reportByCalling(events, { ...peer, calledAETitle }, this.stopping.signal);
      for (const event of untold) await this.provider.untold(event, caller);
    } catch (error) {
      this.provider.onFault(error);
    }
  }

  private admission(request: AssociateRequest, caller: Caller): Admission {
    if (this.open > (this.options.mostAssociations ?? 32)) return { kind: 'reject', rejection: BUSY };
    const rejection = this.provider.admit(caller);
    if (rejection !== null) return { kind: 'reject', rejection };
    const roles = request.user.roles.filter(({ scp }) => scp);
    const fetched = new Set(roles.map(({ abstractSyntax }) => abstractSyntax));
    const contexts = request.contexts.map(({ id, abstractSyntax, transferSyntaxes }): AnsweredContext => {
      const taken = PLAIN.has(abstractSyntax)
        ? PLAIN_SYNTAXES
        : this.provider.storageSyntaxes(abstractSyntax, transferSyntaxes, caller, fetched.has(abstractSyntax));
      const chosen = taken.find((syntax) => transferSyntaxes.includes(syntax));
      const fallback = transferSyntaxes[0] ?? '';
      if (taken.length === 0) return { id, result: 3, transferSyntax: fallback };
      return chosen === undefined
        ? { id, result: 4, transferSyntax: fallback }
        : { id, result: 0, transferSyntax: chosen };
    });
    return { kind: 'accept', contexts, roles: request.user.roles };
  }
}
