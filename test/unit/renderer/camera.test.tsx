import { describe, expect, it, vi } from 'vitest';
import { Camera, statusOf } from '../../../renderer/features/capture/camera';

interface Device {
  readonly id: string;
  readonly label: string;
}

/** A machine whose cameras can be plugged in and out. Like a browser it tells their names only once one was opened. */
class Machine extends EventTarget {
  readonly asked: (string | undefined)[] = [];
  readonly live = new Set<FakeTrack>();
  private opened = false;
  refusal: string | null = null;

  constructor(private devices: Device[]) {
    super();
  }

  get media(): MediaDevices {
    return this as unknown as MediaDevices;
  }

  plug(devices: Device[]): void {
    for (const track of this.live) if (!devices.some(({ id }) => id === track.id)) track.end();
    this.devices = devices;
    this.dispatchEvent(new Event('devicechange'));
  }

  enumerateDevices(): Promise<unknown[]> {
    const shown = this.devices.map(({ id, label }) => ({
      kind: 'videoinput',
      deviceId: id,
      label: this.opened ? label : '',
    }));
    return Promise.resolve([{ kind: 'audioinput', deviceId: 'm', label: 'Microphone' }, ...shown]);
  }

  getUserMedia({ video }: { video: { deviceId?: { exact: string } } }): Promise<unknown> {
    const wanted = video.deviceId?.exact;
    this.asked.push(wanted);
    const device = wanted === undefined ? this.devices[0] : this.devices.find(({ id }) => id === wanted);
    const refusal = this.refusal ?? (device ? null : 'NotFoundError');
    if (refusal !== null || !device) {
      return Promise.reject(Object.assign(new Error('refused'), { name: refusal ?? 'NotFoundError' }));
    }
    this.opened = true;
    const track = new FakeTrack(device.id, device.label, this.live);
    this.live.add(track);
    return Promise.resolve({ getTracks: () => [track], getVideoTracks: () => [track] });
  }
}

class FakeTrack extends EventTarget {
  constructor(
    readonly id: string,
    readonly label: string,
    private readonly live: Set<FakeTrack>,
  ) {
    super();
  }

  getSettings(): unknown {
    return { deviceId: this.id, width: 1920, height: 1080 };
  }

  stop(): void {
    this.live.delete(this);
  }

  end(): void {
    this.live.delete(this);
    this.dispatchEvent(new Event('ended'));
  }
}

const inner: Device = { id: 'a', label: 'Laptop camera' };
const oral: Device = { id: 'b', label: 'Intraoral X200' };

describe('the camera', () => {
  it('shows the remembered one, though names are told only after a first look', async () => {
    const machine = new Machine([inner, oral]);
    const camera = new Camera(machine.media, oral.label);
    await camera.start();
    expect(camera.snapshot()).toMatchObject({
      status: 'live',
      active: { ...oral, width: 1920, height: 1080 },
      missing: '',
    });
    expect(machine.asked).toEqual([undefined, 'b']);
    expect(machine.live.size).toBe(1);
  });

  it('shows another one with a warning while the remembered one is away, and returns to it by itself', async () => {
    const machine = new Machine([inner]);
    const camera = new Camera(machine.media, oral.label);
    await camera.start();
    expect(camera.snapshot()).toMatchObject({ status: 'live', active: inner, missing: oral.label });
    machine.plug([inner, oral]);
    await vi.waitFor(() => expect(camera.snapshot()).toMatchObject({ status: 'live', active: oral, missing: '' }));
    expect(machine.live.size).toBe(1);
  });

  it('says which one was unplugged, and goes on when it is back', async () => {
    const machine = new Machine([oral]);
    const camera = new Camera(machine.media, oral.label);
    await camera.start();
    machine.plug([]);
    expect(camera.snapshot()).toMatchObject({ status: 'lost', active: null, stream: null, missing: oral.label });
    machine.plug([oral]);
    await vi.waitFor(() => expect(camera.snapshot()).toMatchObject({ status: 'live', active: oral }));
  });

  it('goes over to the one that is chosen, and remembers it', async () => {
    const machine = new Machine([inner, oral]);
    const camera = new Camera(machine.media, '');
    await camera.start();
    expect(camera.snapshot()).toMatchObject({ active: inner, missing: '' });
    await camera.choose(oral);
    expect(camera.snapshot()).toMatchObject({ active: oral, missing: '' });
    expect(machine.live.size).toBe(1);
  });

  it('is switched off when the screen is left, also while it is still starting', async () => {
    const machine = new Machine([inner]);
    const camera = new Camera(machine.media, '');
    const starting = camera.start();
    camera.stop();
    await starting;
    expect(camera.snapshot()).toMatchObject({ status: 'stopped', stream: null });
    expect(machine.live.size).toBe(0);
    machine.plug([inner, oral]);
    await Promise.resolve();
    expect(machine.live.size).toBe(0);
  });

  it.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'none'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'failed'],
  ] as const)('tells %s as %s', async (name, status) => {
    const machine = new Machine([inner]);
    machine.refusal = name;
    const camera = new Camera(machine.media, '');
    await camera.start();
    expect(camera.snapshot().status).toBe(status);
    expect(statusOf('not an error')).toBe('failed');
  });
});
