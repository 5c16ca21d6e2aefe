import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { OwnCertificate } from '@shared/contract/certificates';
import { FieldboxError } from '@shared/errors';
import type { ListenerTls } from '@shared/model/listener-tls';
import type { SecretStore } from '../secrets';
import { fingerprintOf, subjectOf } from './files';
import { type Identity, selfSigned } from './self-signed';

const Kept = z.object({ key: z.string(), certificate: z.string() });

/** What a listener needs to be encrypted; all as PEM. */
export interface ListenerIdentity extends Identity {
  /** Who may connect must be vouched for by one of these; null: everybody may. */
  readonly ca: string | null;
}

/**
 * The key and certificate under which this archive is reached and shows itself. They belong to the laptop, not to the archive's
 * records: the key lies with the other secrets.
 */
export class OwnIdentity {
  private kept: Promise<Identity | null> | null = null;
  private making: Promise<Identity> | null = null;

  constructor(
    private readonly secrets: SecretStore,
    private readonly archiveId: string,
  ) {}

  /** Null until there is one. Throws SECRET_UNREADABLE. */
  get(): Promise<Identity | null> {
    this.kept ??= this.read().catch((error: unknown) => {
      this.kept = null; // another try may go better
      throw error;
    });
    return this.kept;
  }

  /** What is told of it; null until there is one. Throws SECRET_UNREADABLE. */
  async described(): Promise<OwnCertificate | null> {
    const identity = await this.get();
    return identity === null ? null : descriptionOf(identity);
  }

  /** Uses another one for as long as the program runs; nothing is kept. */
  use(identity: Identity): void {
    this.kept = Promise.resolve(identity);
  }

  /** Makes a new one. Throws CERTIFICATE_NOT_KEPT. */
  async make(): Promise<OwnCertificate> {
    return this.keep(await selfSigned(`Fieldbox ${this.archiveId.slice(0, 8)}`));
  }

  /** Throws CERTIFICATE_NOT_KEPT. */
  async keep(identity: Identity): Promise<OwnCertificate> {
    const text = JSON.stringify(identity);
    await this.secrets.set(this.name, text);
    // Only what can be read again counts: others would be asked to trust a certificate that is gone at the next start.
    if ((await this.secrets.get(this.name)) !== text) throw new FieldboxError('CERTIFICATE_NOT_KEPT');
    this.kept = Promise.resolve(identity);
    return descriptionOf(identity);
  }

  /**
   * What a listener is encrypted with; null when it is not to be. A certificate is made when there is none yet. Throws
   * CERTIFICATE_NOT_KEPT, SECRET_UNREADABLE.
   */
  async forListener({ on, clients }: ListenerTls): Promise<ListenerIdentity | null> {
    if (!on) return null;
    const identity = (await this.get()) ?? (await this.madeOnce());
    return { ...identity, ca: clients.length === 0 ? null : clients.map(({ text }) => text).join('\n') };
  }

  /** Two listeners may begin at once: they share one certificate. */
  private madeOnce(): Promise<Identity> {
    this.making ??= this.make()
      .then(() => this.get())
      .then((made) => {
        if (made === null) throw new FieldboxError('CERTIFICATE_NOT_KEPT');
        return made;
      })
      .finally(() => (this.making = null));
    return this.making;
  }

  private get name(): string {
    return `archive:${this.archiveId}/certificate`;
  }

  private async read(): Promise<Identity | null> {
    const text = await this.secrets.get(this.name);
    if (text === null) return null;
    try {
      return Kept.parse(JSON.parse(text));
    } catch (error) {
      throw new FieldboxError('SECRET_UNREADABLE', {}, error);
    }
  }
}

function descriptionOf({ certificate }: Identity): OwnCertificate {
  const read = new X509Certificate(certificate);
  return {
    subject: subjectOf(read),
    fingerprint: fingerprintOf(read),
    validUntil: new Date(read.validTo).toISOString(),
    selfSigned: read.issuer === read.subject,
  };
}
