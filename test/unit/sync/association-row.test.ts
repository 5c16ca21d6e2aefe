import { describe, expect, it } from 'vitest';
import type { Outgoing, SendHooks, SendOutcome } from '../../../main/sync/remotes/remote';
import { AssociationRow } from '../../../main/sync/remotes/dimse/row';
import { sendHooks } from '../../fixtures/send-hooks';

const ARRIVED: SendOutcome = { kind: 'arrived', proof: null };
const NO: SendOutcome = { kind: 'refused', code: 'CONSENT_REFUSED' };
const CUT: SendOutcome = { kind: 'later', whole: true, trouble: { code: 'REMOTE_CUT', person: true } };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An association that answers when it is told to. */
function association() {
  const begun: number[] = [];
  const answers: ((outcome: SendOutcome | Error) => void)[] = [];
  const row = new AssociationRow(
    ({ position }) =>
      new Promise((resolve, reject) => {
        begun.push(position);
        answers.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
      }),
  );
  const answer = async (outcome: SendOutcome | Error): Promise<void> => {
    answers.shift()?.(outcome);
    await turn();
  };
  const send = (position: number, staying: SendHooks['staying'] = () => null): Promise<SendOutcome> => {
    // Only its place is used by what is tested.
    return row.send({ position } as Outgoing, sendHooks({ staying }));
  };
  return { row, begun, answer, send };
}

describe('images in a row for one association', () => {
  it('leave one at a time, each when the one before was answered', async () => {
    const { begun, answer, send } = association();
    const outcomes = [send(1), send(2), send(3)];
    await turn();
    expect(begun).toEqual([1]);
    await answer(ARRIVED);
    expect(begun).toEqual([1, 2]);
    await answer(NO);
    expect(begun).toEqual([1, 2, 3]);
    await answer(ARRIVED);
    expect(await Promise.all(outcomes)).toEqual([ARRIVED, NO, ARRIVED]);
  });

  it('stay when somebody has said no while they waited', async () => {
    const { begun, answer, send } = association();
    let mayLeave = true;
    const outcomes = [send(1), send(2, () => (mayLeave ? null : Promise.resolve(NO))), send(3)];
    await turn();
    mayLeave = false;
    await answer(ARRIVED);
    await answer(ARRIVED);
    expect(begun).toEqual([1, 3]);
    expect(await Promise.all(outcomes)).toEqual([ARRIVED, NO, ARRIVED]);
  });

  it('do not leave over another association when theirs breaks, and are not blamed for it', async () => {
    const { begun, answer, send } = association();
    const outcomes = [send(1), send(2)];
    await turn();
    await answer(CUT);
    const trouble = { code: 'REMOTE_CUT', person: true, afterMs: 0 };
    expect(await Promise.all(outcomes)).toEqual([CUT, { kind: 'later', whole: false, trouble }]);
    const next = send(3);
    await turn();
    expect(begun).toEqual([1, 3]);
    await answer(ARRIVED);
    expect(await next).toEqual(ARRIVED);
  });

  it('do not leave when the connection is closed', async () => {
    const { row, begun, answer, send } = association();
    const outcomes = [send(1), send(2)];
    await turn();
    row.close();
    await answer(ARRIVED);
    expect(await Promise.all(outcomes)).toMatchObject([ARRIVED, { kind: 'later', whole: false }]);
    expect(begun).toEqual([1]);
  });

  it('go on after a fault of ours with one of them', async () => {
    const { begun, answer, send } = association();
    const first = send(1);
    const second = send(2);
    await turn();
    await answer(new Error('a fault'));
    await expect(first).rejects.toThrow('a fault');
    await answer(ARRIVED);
    expect(await second).toEqual(ARRIVED);
    expect(begun).toEqual([1, 2]);
  });
});
