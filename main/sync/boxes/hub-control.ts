import { networkInterfaces } from 'node:os';
import type { HubStatus } from '@shared/contract/boxes';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { HubSettings } from '@shared/model/remotes/hub';
import { actAs } from '../../archive/actor';
import type { EngineContext } from '../../archive/context';
import { hubSettings } from '../../archive/outbox/boxes';
import { oneAfterTheOther } from '../../archive/people/in-turn';
import type { OwnIdentity } from '../certificates';
import { type HubPlugin, HubServer } from '../../hub/server';

export interface HubParts {
  readonly ctx: EngineContext;
  readonly plugins: readonly HubPlugin[];
  readonly onFault: (error: unknown) => void;
  readonly changed: () => void;
  /** Listens so, whatever is saved: for the command line. */
  readonly override: HubSettings | null;
  /** Whose certificate is shown where the connection is encrypted. */
  readonly identity: OwnIdentity;
}

/** Opens, moves and closes the listener as it is set. */
export class HubControl {
  private server: HubServer | null = null;
  private fault: FieldboxError | null = null;
  private started = false;
  private readonly inTurn = oneAfterTheOther();

  constructor(private readonly parts: HubParts) {}

  get settings(): HubSettings {
    return this.parts.override ?? hubSettings(this.parts.ctx.db);
  }

  get listening(): boolean {
    return this.server !== null;
  }

  /** Listens if that is switched on. What keeps it from doing so is shown by `status`. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      this.started = true;
      if (!this.settings.on) return;
      try {
        await this.open(this.settings);
      } catch (thrown) {
        this.fault = asFieldboxError(thrown);
      }
      this.parts.changed();
    });
  }

  /** Throws HUB_PORT_TAKEN, HUB_ADDRESS, HUB_PORT_FORBIDDEN: then everything is as it was. */
  set(settings: HubSettings): Promise<HubStatus> {
    return this.inTurn(async () => {
      const before = this.settings;
      await this.close();
      try {
        if (this.started && settings.on) await this.open(settings);
        await this.parts.ctx.commit([{ type: 'hub.saved', body: settings }]);
      } catch (thrown) {
        await this.close();
        if (this.started && before.on) await this.open(before);
        throw thrown;
      }
      this.parts.changed();
      return this.status();
    });
  }

  /** Begins again with the certificate as it is now. */
  again(): Promise<void> {
    return this.inTurn(async () => {
      if (this.server === null) return;
      await this.close();
      try {
        await this.open(this.settings);
      } catch (thrown) {
        this.fault = asFieldboxError(thrown);
      }
      this.parts.changed();
    });
  }

  status(): HubStatus {
    const { fault, settings, server } = this;
    return {
      settings,
      listening: server !== null,
      port: server?.port ?? null,
      addresses: [...this.addresses()],
      fault: fault === null ? null : { code: fault.code, details: { ...fault.details } },
      connections: server?.connections ?? 0,
    };
  }

  /** The beginning of an address to hand over. Throws HUB_OFF. */
  base(): string {
    const { on, publicUrl } = this.settings;
    const [first] = this.addresses();
    if (!on || first === undefined) throw new FieldboxError('HUB_OFF');
    return publicUrl === '' ? first : publicUrl.replace(/\/+$/, '');
  }

  stop(): Promise<void> {
    return this.inTurn(async () => {
      this.started = false;
      await this.close();
    });
  }

  private addresses(): readonly string[] {
    const { host, port, publicUrl, tls } = this.settings;
    const scheme = tls.on ? 'https' : 'http';
    const shown = String(this.server?.port ?? port);
    const own = hostsOf(host).map((name) => `${scheme}://${name.includes(':') ? `[${name}]` : name}:${shown}`);
    return publicUrl === '' ? own : [publicUrl.replace(/\/+$/, ''), ...own];
  }

  private async open({ host, port, tls: wanted }: HubSettings): Promise<void> {
    const { plugins, onFault, identity } = this.parts;
    const tls = await identity.forListener(wanted);
    // What the listener hears is nobody's act, whoever switched it on.
    this.server = await actAs(null, () => HubServer.listen({ host, port, tls, plugins, onFault }));
    this.fault = null;
  }

  private async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    this.fault = null;
    await server?.close();
  }
}

/** Names of this laptop by which others reach a listener on an address; the networks it is on, when it listens on all. */
function hostsOf(host: string): readonly string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  return [...outside, '127.0.0.1'];
}
