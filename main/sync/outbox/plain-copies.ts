import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { asFieldboxError } from '@shared/errors';
import type { EngineContext } from '../../archive/context';
import type { PlainTransferSyntax } from '../../dicom/transcode';
import type { OutgoingFile } from '../remotes/remote';

/** A film of many frames takes its time; nothing takes longer. */
const DECODE_MS = 15 * 60_000;

/** Temporary files of one image in plain transfer syntaxes, made in a worker when a remote needs one. */
export class PlainCopies {
  private readonly made = new Map<PlainTransferSyntax, string>();

  constructor(
    private readonly ctx: Pick<EngineContext, 'pool' | 'paths'>,
    private readonly path: string,
    private readonly through: (bytes: Readable) => Readable,
  ) {}

  /** Throws PIXELS_*, DICOM_*, FILE_UNREADABLE, DISK_*, TIMED_OUT, WORKER_DIED, CANCELLED. */
  async make(transferSyntaxUID: PlainTransferSyntax, signal: AbortSignal): Promise<OutgoingFile> {
    const to = this.made.get(transferSyntaxUID) ?? join(this.ctx.paths.incoming, `plain-${randomUUID()}`);
    if (!this.made.has(transferSyntaxUID)) {
      this.made.set(transferSyntaxUID, to);
      const input = { path: this.path, transferSyntaxUID, to };
      await this.ctx.pool.run('transcode', input, { signal, timeoutMs: DECODE_MS });
    }
    return { open: (from = 0) => this.through(createReadStream(to, { start: from })) };
  }

  /** A worker that was ended may have left a part. */
  async remove(): Promise<void> {
    if (this.made.size === 0) return;
    await Promise.all([...this.made.values()].map((path) => rm(path, { force: true })));
    this.made.clear();
  }
}

/** Whether making a plain copy failed at the image itself: trying again changes nothing. */
export function isUndecodable(thrown: unknown): boolean {
  const { code } = asFieldboxError(thrown);
  return code.startsWith('PIXELS_') || code === 'NO_PIXELS';
}
