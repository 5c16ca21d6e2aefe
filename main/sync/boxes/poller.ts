import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ErrorCode } from '@shared/errors';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { EngineContext } from '../../archive/context';
import type { Remote } from '../../archive/outbox/queue';
import type { BackOff } from '../outbox/backoff';
import { isOpen } from '../outbox/hours';
import type { IncomingFile, IncomingHands, IncomingImage, RemoteConnection, Trouble } from '../remotes/remote';
import type { IncomingPlace } from './incoming-book';
import type { BoxIntake } from './intake';

/** slicebox asks as often, and shows a box as present that has asked so lately. */
const TICK_MS = 15_000;

export interface PollerParts {
  readonly ctx: EngineContext;
  readonly intake: BoxIntake;
  readonly connect: () => RemoteConnection;
  /** How long to wait after the n-th failure in a row, in milliseconds. */
  readonly backOff: BackOff;
  /** The box has answered. */
  readonly heard: () => void;
  readonly onFault: (error: unknown) => void;
}

/** What a round brought. */
export interface PollRound {
  readonly trouble: Trouble | null;
  readonly received: number;
  readonly rejected: number;
}

const NOTHING: PollRound = { trouble: null, received: 0, rejected: 0 };

/** Asks one box again and again what it has for this archive, and takes it in. */
export class BoxPoller {
  /** Why the last round failed. */
  trouble: Trouble | null = null;
  private connection: RemoteConnection | null = null;
  private failures = 0;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<PollRound> | null = null;
  private readonly stopping = new AbortController();

  constructor(
    private readonly remote: Remote,
    private readonly parts: PollerParts,
  ) {}

  start(): void {
    this.soon(0);
  }

  /** The link may be back. */
  hint(): void {
    this.failures = 0;
    if (this.running === null) this.soon(0);
  }

  /** A round now, whatever the hour; one that is under way is waited for first. */
  async now(): Promise<PollRound> {
    await this.running;
    return this.round();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.clear();
    await this.running;
    await this.disconnect();
  }

  private soon(ms: number): void {
    this.clear();
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      if (this.mayAsk()) void this.round();
      else this.soon(TICK_MS);
    }, ms);
  }

  private mayAsk(): boolean {
    return isOpen(this.remote.policy, this.parts.ctx.now());
  }

  private round(): Promise<PollRound> {
    this.clear();
    this.running ??= this.receive().finally(() => {
      this.running = null;
      this.soon(this.trouble === null ? TICK_MS : (this.trouble.afterMs ?? this.parts.backOff(this.failures)));
    });
    return this.running;
  }

  private async receive(): Promise<PollRound> {
    let received = 0;
    let rejected = 0;
    const hands = this.hands((code) => {
      if (code === null) received += 1;
      else rejected += 1;
    });
    try {
      this.connection ??= this.parts.connect();
      const trouble = (await this.connection.fetchWaiting?.(hands, this.stopping.signal)) ?? null;
      await this.end(trouble);
      return { trouble, received, rejected };
    } catch (thrown) {
      if (this.stopping.signal.aborted) return NOTHING;
      const error = asFieldboxError(thrown);
      if (error.code === 'INTERNAL') this.parts.onFault(thrown);
      const trouble: Trouble = { code: error.code, details: error.details };
      await this.end(trouble);
      return { trouble, received, rejected };
    }
  }

  private async end(trouble: Trouble | null): Promise<void> {
    this.trouble = trouble;
    this.failures = trouble === null ? 0 : this.failures + 1;
    if (trouble === null) this.parts.heard();
    else await this.disconnect();
  }

  private hands(count: (rejected: ErrorCode | null) => void): IncomingHands {
    const { intake, ctx } = this.parts;
    const { remote } = this;
    return {
      file: async (name): Promise<IncomingFile> => {
        if (name !== null) {
          const begun = await intake.partial.claim(remote.remote, name, this.stopping.signal);
          if (begun === null) throw new FieldboxError('CANCELLED');
          return begun;
        }
        return { path: join(ctx.paths.incoming, `box-${randomUUID()}.part`), bytes: 0, release: () => undefined };
      },
      take: async (image, path, sha256) => {
        const taken = await intake.take(remote, placeOf(remote, image), path, sha256);
        count(taken.rejected);
        return taken;
      },
      reject: async (image, code) => {
        const taken = await intake.reject(remote, placeOf(remote, image), code);
        count(taken.rejected);
        return taken;
      },
    };
  }

  private clear(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async disconnect(): Promise<void> {
    const { connection } = this;
    this.connection = null;
    await connection?.close();
  }
}

function placeOf({ remote }: Remote, { number, sequence, total }: IncomingImage): IncomingPlace {
  return { remote, number, way: 'fetched', sequence, total };
}
