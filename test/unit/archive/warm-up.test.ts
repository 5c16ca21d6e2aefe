import { FieldboxError } from '@shared/errors';
import { describe, expect, it } from 'vitest';
import { WarmUp } from '../../../main/archive/warm-up';
import type { WorkerPool } from '../../../main/workers/pool';

const AT_ONCE = { afterOpening: 0, pause: 0, whenBusy: 0 };

/** Workers that say of themselves what they are told to, and note what they were asked for. */
class Workers {
  readonly asked: { readonly task: string; readonly whileBusy: boolean }[] = [];
  private looks = 0;

  constructor(
    private readonly busyFor: number,
    private readonly answer: () => Promise<unknown> = () => Promise.resolve({}),
  ) {}

  get isIdle(): boolean {
    this.looks += 1;
    return this.looks > this.busyFor;
  }

  readonly run = (async (task: string) => {
    this.asked.push({ task, whileBusy: this.looks <= this.busyFor });
    return this.answer();
  }) as WorkerPool['run'];
}

describe('making a worker ready', () => {
  it('is done in pieces, and has an end', async () => {
    const workers = new Workers(0);
    const warmUp = new WarmUp(workers, AT_ONCE);
    warmUp.start();
    await warmUp.ended;
    expect(workers.asked.length).toBeGreaterThan(10);
    expect(new Set(workers.asked.map(({ task }) => task))).toEqual(new Set(['warmUp']));
  });

  it('waits until the workers have nothing else to do', async () => {
    const workers = new Workers(5);
    const warmUp = new WarmUp(workers, AT_ONCE);
    warmUp.start();
    await warmUp.ended;
    expect(workers.asked.length).toBeGreaterThan(10);
    expect(workers.asked.filter(({ whileBusy }) => whileBusy)).toEqual([]);
  });

  it('does not begin when it was stopped before', async () => {
    const workers = new Workers(0);
    const warmUp = new WarmUp(workers, AT_ONCE);
    warmUp.start();
    warmUp.stop();
    warmUp.start();
    await warmUp.ended;
    expect(workers.asked).toEqual([]);
  });

  it('is given up when the worker dies of it', async () => {
    const workers = new Workers(0, () => Promise.reject(new FieldboxError('WORKER_DIED')));
    const warmUp = new WarmUp(workers, AT_ONCE);
    warmUp.start();
    await warmUp.ended;
    expect(workers.asked).toHaveLength(1);
  });
});
