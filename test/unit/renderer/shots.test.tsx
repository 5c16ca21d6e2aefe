import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WireAnswer } from '@shared/contract';
import type { IntakeContext } from '@shared/contract/intake';
import { KindKey, PatientKey } from '@shared/model/ids';
import { aimAt, useTarget } from '../../../renderer/app/target';
import {
  hold,
  keepPending,
  leavePending,
  retake,
  returnToPending,
  usePending,
} from '../../../renderer/features/capture/pending';
import type { Picture } from '../../../renderer/features/capture/shoot';
import { discard, keep, keepAgain, useShots } from '../../../renderer/features/capture/shots';
import { installBridge, ok, refused } from './bridge';

const ana = PatientKey.parse('00000000-0000-4000-8000-000000000001');
const juan = PatientKey.parse('00000000-0000-4000-8000-000000000002');
const headshot = KindKey.parse('00000000-0000-4000-8000-000000000003');
const context: IntakeContext = { patient: ana, clinic: null, station: null, kind: headshot };
const image = 'ab'.repeat(32);

interface Kept {
  readonly bytes: Uint8Array;
  readonly context: IntakeContext;
  readonly takenAt: string;
  readonly camera: string;
}

const picture = (text: string): Picture => ({
  blob: new Blob([text], { type: 'image/jpeg' }),
  width: 640,
  height: 480,
  takenAt: '2026-11-21T09:00:00.000Z',
});
const text = (kept: Kept | undefined): string => new TextDecoder().decode(kept?.bytes);

let kept: Kept[] = [];
let answer: () => Promise<WireAnswer> = () => Promise.resolve(ok({ image }));

beforeEach(() => {
  kept = [];
  answer = () => Promise.resolve(ok({ image }));
  useShots.setState({ shots: [], stored: 0 });
  usePending.setState({ pending: null, resume: null });
  useTarget.setState({ patient: null, unassigned: false, kind: null });
  installBridge({
    'capture.keep': (input) => {
      kept.push(input);
      return answer();
    },
  });
});

describe('keeping pictures', () => {
  it('says stored only when the archive has answered', async () => {
    const open: { release?: () => void } = {};
    answer = () => new Promise((resolve) => (open.release = () => resolve(ok({ image }))));
    const done = keep(picture('one'), context, 'Fake camera');
    await vi.waitFor(() => expect(kept).toHaveLength(1));
    expect(useShots.getState()).toMatchObject({ stored: 0, shots: [{ state: 'saving', image: null }] });
    open.release?.();
    expect(await done).toBe(true);
    expect(useShots.getState()).toMatchObject({ stored: 1, shots: [{ state: 'stored', image, picture: null }] });
    expect(kept[0]).toMatchObject({ context, camera: 'Fake camera', takenAt: '2026-11-21T09:00:00.000Z' });
    expect(text(kept[0])).toBe('one');
  });

  it('stores several in a row in the order in which they were taken', async () => {
    await Promise.all(['one', 'two', 'three'].map((name) => keep(picture(name), context, '')));
    expect(kept.map(text)).toEqual(['one', 'two', 'three']);
    expect(useShots.getState().stored).toBe(3);
  });

  it('loses nothing when the disk is full, and goes on with the next one', async () => {
    answer = () => Promise.resolve(refused('DISK_FULL'));
    expect(await keep(picture('one'), context, '')).toBe(false);
    answer = () => Promise.resolve(ok({ image }));
    expect(await keep(picture('two'), context, '')).toBe(true);
    const [failed] = useShots.getState().shots;
    if (!failed) throw new Error('the failed picture is gone');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
    expect(await keepAgain(failed)).toBe(true);
    expect(kept.map(text)).toEqual(['one', 'two', 'one']);
    expect(useShots.getState()).toMatchObject({
      stored: 2,
      shots: [{ state: 'stored', error: null }, { state: 'stored' }],
    });
  });

  it('lets a picture go only when the person says so', async () => {
    answer = () => Promise.resolve(refused('DISK_FAILED'));
    await keep(picture('one'), context, '');
    const [failed] = useShots.getState().shots;
    if (failed) discard(failed);
    expect(useShots.getState().shots).toEqual([]);
  });
});

describe('a picture that was taken and not decided on', () => {
  it('goes nowhere before it is kept, and then to the person shown', async () => {
    useTarget.setState({ patient: ana, kind: headshot });
    hold(picture('one'), 'Fake camera');
    expect(kept).toEqual([]);
    keepPending();
    await vi.waitFor(() => expect(kept).toHaveLength(1));
    expect(kept[0]?.context).toMatchObject({ patient: ana, kind: headshot });
    expect(usePending.getState().pending).toBeNull();
    keepPending();
    expect(useShots.getState().shots).toHaveLength(1);
  });

  it('is gone after a retake', () => {
    hold(picture('one'), '');
    retake();
    expect(usePending.getState().pending).toBeNull();
    expect(useShots.getState().shots).toEqual([]);
  });

  it('still belongs to the person it was taken of when the screen is opened again for another', async () => {
    useTarget.setState({ patient: ana, kind: headshot });
    hold(picture('of Ana'), '');
    leavePending();
    aimAt(juan);
    returnToPending();
    expect(useTarget.getState().patient).toBe(ana);
    keepPending();
    expect(useTarget.getState().patient).toBe(juan);
    await vi.waitFor(() => expect(kept).toHaveLength(1));
    expect(kept[0]?.context.patient).toBe(ana);
    expect(usePending.getState()).toEqual({ pending: null, resume: null });
  });

  it('follows when the person is changed on the screen itself', async () => {
    useTarget.setState({ patient: ana, kind: headshot });
    hold(picture('one'), '');
    aimAt(juan);
    leavePending();
    returnToPending();
    expect(usePending.getState().resume).toBeNull();
    keepPending();
    await vi.waitFor(() => expect(kept).toHaveLength(1));
    expect(kept[0]?.context.patient).toBe(juan);
  });
});
