import { describe, expect, it } from 'vitest';
import type { Outgoing, SendHooks, SendOutcome } from '../../../main/sync/remotes/remote';
import { PushRow } from '../../../main/sync/remotes/slicebox/push-row';
import { Together } from '../../../main/sync/remotes/together';
import { sendHooks } from '../../fixtures/send-hooks';

const ARRIVED: SendOutcome = { kind: 'arrived', proof: null };
const NO: SendOutcome = { kind: 'refused', code: 'CONSENT_REFUSED' };
const HELD = Buffer.alloc(10);

type Item = Pick<Outgoing, 'position' | 'bytes' | 'held'>;

/** A row of images to a server: hands one in, and tells which requests were made. */
interface Row {
  readonly requests: readonly (readonly number[])[];
  store(item: Outgoing, hooks: SendHooks): Promise<SendOutcome>;
  /** Lets the server answer all it was asked so far. */
  answer(): void;
}

/** The answers of a server that takes its time. */
function slowServer() {
  const requests: number[][] = [];
  const answers: (() => void)[] = [];
  const ask = async (items: readonly Item[]): Promise<void> => {
    requests.push(items.map(({ position }) => position));
    await new Promise<void>((resolve) => answers.push(resolve));
  };
  return { requests, ask, answer: () => answers.splice(0).forEach((resolve) => resolve()) };
}

function together(): Row {
  const { requests, ask, answer } = slowServer();
  const row = new Together({
    name: ({ position }) => String(position),
    ask: async (group) => {
      await ask(group.map(({ item }) => item));
      return { status: 200, reason: '', headers: {}, body: Buffer.alloc(0) };
    },
    read: () => ({ isTrouble: false, named: () => ARRIVED, outcome: () => ARRIVED }),
  });
  return { requests, answer, store: (item, hooks) => row.store(item, hooks) };
}

function betweenFieldboxes(): Row {
  const { requests, ask, answer } = slowServer();
  const row = new PushRow({
    places: () => 3,
    mayJoin: () => true,
    send: async ({ item }) => {
      await ask([item]);
      return ARRIVED;
    },
    sendGroup: async (images) => {
      await ask(images.map(({ item }) => item));
      return images.map(() => ARRIVED);
    },
  });
  return { requests, answer, store: (item, hooks) => row.send({ item, hooks }) };
}

/** An image that may leave until somebody says no. */
function image(position: number) {
  let mayLeave = true;
  const item: Item = { position, bytes: HELD.length, held: HELD };
  const hooks = sendHooks({ staying: () => (mayLeave ? null : Promise.resolve(NO)) });
  const sayNo = (): void => {
    mayLeave = false;
  };
  // Only these of its properties are used by what is tested.
  return { item: item as Outgoing, hooks, sayNo };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Hands so many images in at once; gives them, what becomes of them, and which wait for their request when the first have left. */
async function handedIn(row: Row, count: number) {
  const images = Array.from({ length: count }, (_, at) => image(at + 1));
  const outcomes = images.map(({ item, hooks }) => row.store(item, hooks));
  await turn();
  const left = new Set(row.requests.flat());
  return { images, outcomes, waiting: images.filter(({ item }) => !left.has(item.position)) };
}

/** Lets the server answer until all of it has ended. */
async function all(row: Row, outcomes: readonly Promise<SendOutcome>[]): Promise<readonly SendOutcome[]> {
  const ending = Promise.all(outcomes);
  const state = { ended: false };
  void ending.finally(() => (state.ended = true));
  while (!state.ended) {
    row.answer();
    await turn();
  }
  return ending;
}

describe.each([
  ['to a web server', together],
  ['to another Fieldbox', betweenFieldboxes],
])('images that wait for their request %s', (_, rowOf) => {
  it('stay when somebody has said no meanwhile, and only they', async () => {
    const row = rowOf();
    const { images, outcomes, waiting } = await handedIn(row, 100);
    expect(waiting.length).toBeGreaterThan(20);
    const refused = waiting.filter((_image, at) => at % 3 === 0);
    refused.forEach(({ sayNo }) => sayNo());
    const ended = await all(row, outcomes);
    expect(ended).toEqual(images.map((one) => (refused.includes(one) ? NO : ARRIVED)));
    expect(row.requests.flat().sort((a, b) => a - b)).toEqual(
      images.filter((one) => !refused.includes(one)).map(({ item }) => item.position),
    );
  });

  it('are told of when all of a request stay, and what comes behind them goes', async () => {
    const row = rowOf();
    const { outcomes, waiting } = await handedIn(row, 200);
    waiting.slice(0, 100).forEach(({ sayNo }) => sayNo());
    const ended = await all(row, outcomes);
    expect(ended.filter((outcome) => outcome === NO)).toHaveLength(100);
    expect(row.requests.flat()).toHaveLength(100);
  });
});
