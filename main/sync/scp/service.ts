import { networkInterfaces } from 'node:os';
import type { EventName, EventPayload, Handlers } from '@shared/contract';
import type { ScpCaller, ScpStatus } from '@shared/contract/scp';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import { scpOff, ScpSettings } from '@shared/model/scp';
import type { Engine } from '../../archive/engine';
import { statement } from '../../archive/index-writer/statements';
import { oneAfterTheOther } from '../../archive/people/in-turn';
import type { Caller } from '../../network/provider';
import type { Witness } from './archive-provider';
import { type Receiving, type ReceivingParts, receive } from './receive';

const EVENT_INTERVAL_MS = 500;
/** So many machines are remembered; a network that is scanned must not fill the memory. */
const MOST_CALLERS = 50;

interface Parts extends Omit<ReceivingParts, 'witness'> {
  readonly emit: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
}

/** Receiving from machines while the archive is open: begins when it is switched on, and tells how it stands. */
export class ScpService {
  readonly verbs: Handlers<'scp.status' | 'scp.set'>;
  private readonly inTurn = oneAfterTheOther();
  private readonly callers = new Map<string, ScpCaller>();
  private receiving: Receiving | null = null;
  private fault: FieldboxError | null = null;
  private event: NodeJS.Timeout | null = null;
  /** Only the running app listens: a command that sends something does not open a port. */
  private mayListen = false;

  constructor(
    private readonly engine: Engine,
    private readonly parts: Parts,
  ) {
    this.verbs = {
      'scp.status': () => Promise.resolve(this.status()),
      'scp.set': (settings) =>
        this.inTurn(async () => {
          await this.engine.context.commit([{ type: 'scp.saved', body: settings }]);
          await this.restart();
          return this.status();
        }),
    };
  }

  /** Begins to listen if that is switched on; from now on it follows the settings. */
  start(): Promise<void> {
    this.mayListen = true;
    return this.inTurn(() => this.restart());
  }

  /** Begins again with the settings and the certificate as they are now. */
  again(): Promise<void> {
    return this.inTurn(() => (this.mayListen ? this.restart() : Promise.resolve()));
  }

  async close(): Promise<void> {
    this.mayListen = false;
    if (this.event !== null) clearTimeout(this.event);
    await this.inTurn(() => this.stop());
  }

  private status(): ScpStatus {
    const { receiving, fault } = this;
    return {
      settings: this.settings(),
      state: receiving !== null ? 'listening' : fault !== null ? 'failed' : 'off',
      port: receiving?.port ?? null,
      fault: fault === null ? null : { code: fault.code, details: { ...fault.details } },
      addresses: ownAddresses(),
      callers: [...this.callers.values()].sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1)),
    };
  }

  private settings(): ScpSettings {
    const row = statement(this.engine.context.db, 'SELECT body FROM scp_settings').get() as
      { body: string } | undefined;
    return row === undefined ? scpOff : ScpSettings.parse(JSON.parse(row.body));
  }

  private async restart(): Promise<void> {
    await this.stop();
    const settings = this.settings();
    this.fault = null;
    if (this.mayListen && settings.enabled) {
      try {
        this.receiving = await receive(this.engine, settings, { ...this.parts, witness: this.witness() });
      } catch (thrown) {
        this.fault = asFieldboxError(thrown);
        const details = { port: settings.port, number: this.fault.number };
        await this.engine.context.commit([
          { type: 'log.noted', by: null, body: { code: 'SCP_FAILED', details, about: {} } },
        ]);
      }
    }
    this.changed();
  }

  private async stop(): Promise<void> {
    const { receiving } = this;
    this.receiving = null;
    await receiving?.close();
  }

  private witness(): Witness {
    return {
      called: (caller, admitted) => this.note(caller, { admitted }),
      stored: (caller, taken) => {
        const { received, failed } = this.known(caller);
        this.note(caller, taken ? { received: received + 1 } : { failed: failed + 1 });
      },
    };
  }

  private known({ callingAETitle, address }: Caller): ScpCaller {
    const from = address.replace(/^::ffff:/, '');
    return (
      this.callers.get(`${callingAETitle}@${from}`) ?? {
        AETitle: callingAETitle,
        address: from,
        lastAt: '',
        admitted: false,
        received: 0,
        failed: 0,
      }
    );
  }

  private note(caller: Caller, changes: Partial<ScpCaller>): void {
    const now = { ...this.known(caller), ...changes, lastAt: this.engine.context.now().toISOString() };
    const name = `${now.AETitle}@${now.address}`;
    this.callers.delete(name);
    this.callers.set(name, now);
    const [oldest] = this.callers.keys();
    if (this.callers.size > MOST_CALLERS && oldest !== undefined) this.callers.delete(oldest);
    this.changed();
  }

  private changed(): void {
    if (this.event !== null || !this.mayListen) return;
    this.event = setTimeout(() => {
      this.event = null;
      this.parts.emit('scp.changed', this.status());
    }, EVENT_INTERVAL_MS);
    this.event.unref();
  }
}

/** Addresses of this machine that others can reach, IPv4 first. */
function ownAddresses(): string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return own.sort((a, b) => (a.family === b.family ? 0 : a.family === 'IPv4' ? -1 : 1)).map(({ address }) => address);
}
