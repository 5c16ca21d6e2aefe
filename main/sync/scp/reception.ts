import type { FieldboxError } from '@shared/errors';
import type { JobHandle } from '../../archive/jobs/job-board';
import type { Engine } from '../../archive/engine';
import { type Received, Receiver, type Sender, type Taking } from '../../archive/ingest/receiver';
import type { Group } from '../../archive/ingest/storing';

/** What one sender hands in with pauses shorter than this is one import. */
const QUIET_MS = 10_000;

interface Open {
  readonly receiver: Promise<Receiver>;
  readonly finish: () => void;
  under: number;
  timer: NodeJS.Timeout | null;
}

/** Gathers what each sender hands in into imports, each shown as a job while it goes on. */
export class Reception {
  private readonly open = new Map<string, Open>();

  constructor(
    private readonly engine: Engine,
    private readonly onFault: (error: unknown) => void,
    private readonly source: Sender['source'] = 'scp',
  ) {}

  /** Takes in one file; when it answers, the image is durable. Throws why it cannot be taken. */
  take(
    sender: Pick<Sender, 'sourceRef' | 'label'>,
    path: string,
    shown: string,
    taking: Taking = {},
  ): Promise<Received> {
    return this.during(sender, (receiver) => receiver.take(path, shown, taking));
  }

  /** Takes in several small files at one go; see Receiver.takeGroup. */
  takeGroup(
    sender: Pick<Sender, 'sourceRef' | 'label'>,
    group: Group,
    shown: readonly string[],
    taking: Pick<Taking, 'restores'> = {},
  ): Promise<readonly (Received | FieldboxError)[]> {
    return this.during(sender, (receiver) => receiver.takeGroup(group, shown, taking));
  }

  private async during<T>(
    sender: Pick<Sender, 'sourceRef' | 'label'>,
    take: (receiver: Receiver) => Promise<T>,
  ): Promise<T> {
    const current = this.importOf(sender);
    current.under += 1;
    if (current.timer !== null) clearTimeout(current.timer);
    try {
      return await take(await current.receiver);
    } finally {
      current.under -= 1;
      if (current.under === 0) current.timer = setTimeout(current.finish, QUIET_MS);
    }
  }

  /** Ends all imports that are open. */
  close(): void {
    for (const { finish, timer } of this.open.values()) {
      if (timer !== null) clearTimeout(timer);
      finish();
    }
  }

  private importOf(sender: Pick<Sender, 'sourceRef' | 'label'>): Open {
    const { label } = sender;
    const known = this.open.get(label);
    if (known) return known;
    let finish = (): void => undefined;
    const ended = new Promise<void>((resolve) => (finish = resolve));
    let opened: (receiver: Receiver) => void = () => undefined;
    let failed: (error: unknown) => void = () => undefined;
    const receiver = new Promise<Receiver>((resolve, reject) => {
      opened = resolve;
      failed = reject;
    });
    receiver.catch(this.onFault);
    const entry: Open = {
      receiver,
      under: 0,
      timer: null,
      finish: () => {
        this.open.delete(label);
        finish();
      },
    };
    this.open.set(label, entry);
    this.engine.context.jobs.start('import', async (handle) => {
      try {
        opened(await Receiver.open(this.engine.context, { ...sender, source: this.source }, handle));
      } catch (error) {
        this.open.delete(label);
        failed(error);
        throw error;
      }
      await Promise.race([ended, stopped(handle)]);
      this.open.delete(label);
      await (await receiver).end('done');
    });
    return entry;
  }
}

function stopped({ signal }: JobHandle): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
