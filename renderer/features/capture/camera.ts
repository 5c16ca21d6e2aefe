/** How the camera stands. `lost`: it was live and went away; it resumes by itself when it is back. */
export type CameraStatus = 'starting' | 'live' | 'refused' | 'none' | 'busy' | 'lost' | 'failed' | 'stopped';

export interface CameraDevice {
  readonly id: string;
  readonly label: string;
}

export interface CameraState {
  readonly status: CameraStatus;
  readonly devices: readonly CameraDevice[];
  readonly active: (CameraDevice & { readonly width: number; readonly height: number }) | null;
  readonly stream: MediaStream | null;
  /** The remembered camera, when it is not there and another one (or none) is shown. */
  readonly missing: string;
}

/** What the camera of the browser is asked for: as many pixels as it has, down from 4K. */
const wish = { width: { ideal: 3840 }, height: { ideal: 2160 } } as const;

/** Which state a refusal of getUserMedia means (Media Capture and Streams 10.2). */
export function statusOf(thrown: unknown): CameraStatus {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'failed';
}

/**
 * The camera of this machine. The chosen one is remembered by its label, because ids change; when it is not there another one
 * is shown with a warning, and as soon as it is plugged in again the picture goes back to it.
 */
export class Camera {
  private readonly listeners = new Set<() => void>();
  private turn = 0;
  private state: CameraState = { status: 'stopped', devices: [], active: null, stream: null, missing: '' };

  constructor(
    private readonly media: MediaDevices,
    private remembered: string,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): CameraState => this.state;

  /** Opens the remembered camera, or whichever there is. */
  async start(): Promise<void> {
    this.media.addEventListener('devicechange', this.onDevices);
    await this.open(null);
  }

  /** Goes over to another camera and remembers it. */
  async choose(device: CameraDevice): Promise<void> {
    this.remembered = device.label;
    await this.open(device.id);
  }

  stop(): void {
    this.turn += 1;
    this.media.removeEventListener('devicechange', this.onDevices);
    this.release();
    this.change({ status: 'stopped', active: null, stream: null });
  }

  private readonly onDevices = (): void => {
    this.lookAgain().catch((thrown: unknown) => this.change({ status: statusOf(thrown) }));
  };

  private async lookAgain(): Promise<void> {
    const devices = await this.list();
    this.change({ devices });
    const { status, active, missing } = this.state;
    if (status === 'stopped' || status === 'starting') return;
    if (status === 'live') {
      if (active && !devices.some((device) => device.id === active.id)) this.lose();
      else if (missing !== '' && devices.some((device) => device.label === missing)) await this.open(null);
      return;
    }
    if (devices.length > 0) await this.open(null);
  }

  private async list(): Promise<CameraDevice[]> {
    const all = await this.media.enumerateDevices();
    return all.filter((device) => device.kind === 'videoinput').map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  private async open(id: string | null): Promise<void> {
    const turn = ++this.turn;
    this.release();
    this.change({ status: 'starting', active: null, stream: null });
    try {
      const wanted =
        id ?? (await this.list()).find((device) => device.label !== '' && device.label === this.remembered)?.id;
      const stream = await this.media.getUserMedia({
        audio: false,
        video: wanted === undefined ? wish : { ...wish, deviceId: { exact: wanted } },
      });
      if (turn !== this.turn) {
        this.end(stream);
        return;
      }
      // Labels are only told once a camera is open: the remembered one may be recognised only now.
      const devices = await this.list();
      const [track] = stream.getVideoTracks();
      if (turn !== this.turn || !track) {
        this.end(stream);
        return;
      }
      const settings = track.getSettings();
      const better = id === null ? devices.find((device) => device.label === this.remembered) : undefined;
      if (better && wanted === undefined && better.id !== settings.deviceId) {
        this.end(stream);
        await this.open(better.id);
        return;
      }
      track.addEventListener('ended', () => turn === this.turn && this.lose());
      this.change({
        status: 'live',
        devices,
        stream,
        active: {
          id: settings.deviceId ?? '',
          label: track.label,
          width: settings.width ?? 0,
          height: settings.height ?? 0,
        },
        missing: this.remembered !== '' && track.label !== this.remembered ? this.remembered : '',
      });
    } catch (thrown) {
      if (turn === this.turn) this.change({ status: statusOf(thrown), missing: this.remembered });
    }
  }

  private lose(): void {
    this.turn += 1;
    const lost = this.state.active?.label ?? '';
    this.release();
    this.change({ status: 'lost', active: null, stream: null, missing: this.remembered || lost });
  }

  private end(stream: MediaStream): void {
    for (const track of stream.getTracks()) track.stop();
  }

  private release(): void {
    if (this.state.stream) this.end(this.state.stream);
  }

  private change(changes: Partial<CameraState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}
