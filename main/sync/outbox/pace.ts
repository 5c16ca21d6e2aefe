const WINDOW_MS = 30_000;

/** Measures how fast bytes leave, over the last half minute of a steady clock. */
export class Pace {
  private readonly samples: { readonly at: number; readonly bytes: number }[] = [];

  constructor(private readonly clock: () => number = () => performance.now()) {}

  note(bytes: number): void {
    this.samples.push({ at: this.clock(), bytes });
    this.forget();
  }

  /** Bytes in a second; null when nothing has moved lately. */
  get bytesPerSecond(): number | null {
    this.forget();
    const first = this.samples[0];
    if (!first) return null;
    const seconds = Math.max(1, (this.clock() - first.at) / 1000);
    return Math.round(this.samples.reduce((sum, { bytes }) => sum + bytes, 0) / seconds);
  }

  private forget(): void {
    const old = this.clock() - WINDOW_MS;
    while ((this.samples[0]?.at ?? Infinity) < old) this.samples.shift();
  }
}
