import { describe, expect, it } from 'vitest';
import { Room } from '../../../main/sync/boxes/room';

const stays = (): AbortSignal => new AbortController().signal;

describe('room for what is held in memory', () => {
  it('lets in what fits, and the others in their order when some have left', async () => {
    const room = new Room(10);
    const entered: string[] = [];
    const enter = (name: string, bytes: number): Promise<(() => void) | null> =>
      room.enter(bytes, stays()).then((leave) => {
        entered.push(name);
        return leave;
      });
    const first = await enter('first', 6);
    const second = enter('second', 6);
    const third = enter('third', 1);
    await Promise.resolve();
    expect(entered).toEqual(['first']);
    first?.();
    (await second)?.();
    (await third)?.();
    expect(entered).toEqual(['first', 'second', 'third']);
  });

  it('lets in what is larger than all of it when nobody else is there', async () => {
    const leave = await new Room(10).enter(11, stays());
    expect(leave).not.toBeNull();
  });

  it('does not wait for who has gone', async () => {
    const room = new Room(10);
    const leave = await room.enter(10, stays());
    const gone = new AbortController();
    const waiting = room.enter(10, gone.signal);
    const behind = room.enter(1, stays());
    gone.abort();
    expect(await waiting).toBeNull();
    expect(await room.enter(1, gone.signal)).toBeNull();
    leave?.();
    expect(await behind).not.toBeNull();
  });
});
