import { FieldboxError, type ErrorCode } from '@shared/errors';
import type { Stop } from './cancel';
import { plannedImages, type ExportPlan, type LeftOut, type PlannedImage, type PlannedObject } from './plan';
import { contentOf, type Content, type Sink, type Written } from './sink';
import { isObjectFault, objectBytes } from './stored-object';

export interface Progress {
  readonly phase: 'writing' | 'checking' | 'tidying';
  readonly done: number;
  readonly total: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export type Report = (progress: Progress) => void;

/** What the writers of the three forms share: the sink, what was written, what was left out, and the progress. */
export class Writing {
  readonly written: Written[] = [];
  readonly leftOut: LeftOut[] = [];
  /** Images that went out. */
  images = 0;
  private seen = 0;
  private bytesSeen = 0;
  /** Of the image at hand: how many bytes it has and how many of them went by. */
  private current = { bytes: 0, done: 0 };
  private readonly total: number;
  private readonly bytesTotal: number;

  constructor(
    readonly plan: ExportPlan,
    readonly sink: Sink,
    readonly stop: Stop,
    private readonly report: Report,
  ) {
    let total = 0;
    let bytes = 0;
    for (const image of plannedImages(plan)) {
      total += 1;
      bytes += image.object.bytes;
    }
    this.total = total;
    this.bytesTotal = bytes;
  }

  /**
   * Does the work of one image and counts it. A stored file that is damaged, or a picture that cannot be made, leaves this
   * image out with its code; the others go on. Every other fault ends the export.
   */
  async image(image: PlannedImage, work: () => Promise<void>): Promise<void> {
    this.stop();
    this.current = { bytes: image.object.bytes, done: 0 };
    try {
      await work();
      this.images += 1;
    } catch (error) {
      if (!(error instanceof FieldboxError) || !(isObjectFault(error) || isPictureFault(error))) throw error;
      this.leave(image, error.code, typeof error.details['sha256'] === 'string' ? error.details['sha256'] : null);
    }
    this.seen += 1;
    this.bytesSeen += image.object.bytes;
    this.current = { bytes: 0, done: 0 };
    this.tell();
  }

  leave(image: PlannedImage, code: ErrorCode, object: string | null = null): void {
    this.leftOut.push({ image: image.image, code, object });
  }

  /** Copies a stored file byte for byte; throws OBJECT_* and leaves nothing when it is not what was stored. */
  async putObject(path: string, object: PlannedObject): Promise<Written> {
    return this.put(path, object.bytes, () => this.counted(objectBytes(object, this.stop)));
  }

  async putBytes(path: string, bytes: Uint8Array): Promise<Written> {
    return this.put(path, bytes.length, contentOf(bytes));
  }

  async put(path: string, bytes: number, content: Content): Promise<Written> {
    const file = await this.sink.write(path, bytes, content);
    this.written.push(file);
    return file;
  }

  /** Tells of every piece that goes by, so that a file of gigabytes does not look like a standstill. */
  private *counted(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
    for (const piece of pieces) {
      yield piece;
      this.current.done = Math.min(this.current.bytes, this.current.done + piece.length);
      this.tell();
    }
  }

  private tell(): void {
    const bytesDone = this.bytesSeen + this.current.done;
    this.report({ phase: 'writing', done: this.seen, total: this.total, bytesDone, bytesTotal: this.bytesTotal });
  }

  /** Writes the checksum file over everything written so far, in the form that `sha256sum -c` reads. */
  async putChecksums(path: string): Promise<void> {
    const files = [...this.written];
    const lines = function* (): Generator<Uint8Array> {
      for (const file of files) yield Buffer.from(`${file.sha256}  ${file.path}\n`, 'utf8');
    };
    let bytes = 0;
    for (const line of lines()) bytes += line.length;
    await this.put(path, bytes, lines);
  }
}

const PICTURE_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'FILE_UNREADABLE',
  'NOT_DICOM',
  'DICOM_TRUNCATED',
  'DICOM_MALFORMED',
  'DICOM_TOO_DEEP',
  'PIXELS_UNSUPPORTED',
  'PIXELS_DAMAGED',
  'PIXELS_TOO_LARGE',
  'NO_PIXELS',
  'NO_SUCH_FRAME',
  'PHOTO_DAMAGED',
  'PHOTO_TOO_LARGE',
  'PHOTO_UNSUPPORTED',
  'WORKER_DIED',
  'TIMED_OUT',
  'EXPORT_NO_PICTURE',
]);

/** Whether a fault is about what one image holds, so that the others can go on. */
export function isPictureFault(error: unknown): error is FieldboxError {
  return error instanceof FieldboxError && PICTURE_FAULTS.has(error.code);
}
