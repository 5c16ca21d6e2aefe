import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RemoteTest, TestStep } from '@shared/contract/sync';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { flushFile, flushFolder, systemCode } from '../../../platform/durable';
import type {
  Outgoing,
  ProofOutcome,
  RemoteConnection,
  RemoteDriver,
  SendHooks,
  SendOutcome,
  Trouble,
} from '../remote';

/**
 * A folder, on a network share or a stick: every image as `<patient>/<study>/<SOP Instance UID>.dcm`, written under another
 * name, flushed, renamed, and read back from the medium; the same bytes there already are delivered. Photos and documents also or
 * only as the file they came as. A photo alone does not say whose it is, so a folder of those proves nothing.
 */
export const folderDriver: RemoteDriver<'folder'> = {
  kind: 'folder',
  proofs: ({ photos }) => (photos === 'pictures' ? [] : ['hash']),
  secrets: () => [],
  parallel: 2,
  connect: (settings) => new FolderConnection(settings),
};

/** Faults that mean the folder as a whole is not there or cannot be used now. */
const WHOLE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EIO',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ESTALE',
  'EHOSTDOWN',
  'ETIMEDOUT',
  'ENODEV',
  'ENXIO',
]);

const ALREADY_THERE = { kind: 'hash', note: 'already there' } as const;

/** How files of photos and documents end. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'application/pdf': 'pdf',
};

/** A file in the folder of a study. */
interface Laid {
  readonly name: string;
  readonly sha256: string;
  open(): Readable;
}

class FolderConnection implements RemoteConnection {
  constructor(private readonly settings: SettingsOf<'folder'>) {}

  async test(): Promise<RemoteTest> {
    const trouble = await this.probe();
    const reach: TestStep = {
      step: 'reach',
      outcome: trouble === null ? 'passed' : 'failed',
      fault: trouble === null ? null : { code: trouble.code, details: { ...trouble.details } },
      found: this.settings.path,
    };
    const write = trouble === null ? await this.tryWriting() : null;
    const prove: TestStep = {
      step: 'prove',
      outcome: trouble !== null ? 'skipped' : write === null ? 'passed' : 'failed',
      fault: write === null ? null : { code: write.code, details: { ...write.details } },
      found: '',
    };
    return {
      steps: [reach, prove],
      proofs: write === null && trouble === null ? [...folderDriver.proofs(this.settings)] : [],
      offeredCertificate: null,
      warnings: [],
    };
  }

  async probe(): Promise<Trouble | null> {
    try {
      const found = await stat(this.settings.path);
      return found.isDirectory() && isAbsolute(this.settings.path)
        ? null
        : { code: 'REMOTE_UNREACHABLE', person: true };
    } catch {
      // Whatever the reason, the folder is not there now: a stick pulled out, a share that is down.
      return { code: 'REMOTE_UNREACHABLE' };
    }
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const folder = this.folderOf(item);
    try {
      await stat(this.settings.path); // never makes the folder itself: an unmounted share would be filled on the laptop's own disk
      const missing: Laid[] = [];
      for (const file of this.laidOf(item)) {
        const there = await hashOf(join(folder, file.name), hooks.signal);
        if (there === null) missing.push(file);
        else if (there !== file.sha256) return { kind: 'parked', code: 'REMOTE_CONFLICT' };
      }
      if (missing.length === 0) {
        const proof = folderDriver.proofs(this.settings).length === 0 ? null : ALREADY_THERE;
        return { kind: 'arrived', proof };
      }
      // One after the other: were the folder itself gone meanwhile, it would be made anew.
      await makeFolder(dirname(folder));
      await makeFolder(folder);
      for (const file of missing) await lay(file, join(folder, file.name), hooks);
      await flushFolder(folder);
      return { kind: 'arrived', proof: null };
    } catch (error) {
      if (hooks.signal.aborted) return { kind: 'later', whole: true, trouble: { code: 'REMOTE_CUT' } };
      return { kind: 'later', whole: WHOLE.has(systemCode(error)), trouble: { code: 'REMOTE_UNREACHABLE' } };
    }
  }

  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    const outcomes: ProofOutcome[] = [];
    for (const item of items) outcomes.push(await this.proveOne(item, signal));
    return outcomes;
  }

  async close(): Promise<void> {
    // Nothing is kept open between images.
    return Promise.resolve();
  }

  private folderOf({ facts }: Outgoing): string {
    return join(this.settings.path, safe(facts.PatientID, 'unknown'), safe(facts.StudyInstanceUID, 'study'));
  }

  /** What is laid down of an image. */
  private laidOf(item: Outgoing): readonly [Laid, ...Laid[]] {
    const stem = safe(item.facts.SOPInstanceUID, item.sha256);
    const dicom: Laid = { name: `${stem}.dcm`, sha256: item.sha256, open: () => item.open() };
    const { photos = 'dicom' } = this.settings;
    if (item.original === null || photos === 'dicom') return [dicom];
    const { sha256, mediaType, open } = item.original;
    const picture: Laid = { name: `${stem}.${ENDINGS[mediaType] ?? 'bin'}`, sha256, open: () => open() };
    return photos === 'both' ? [dicom, picture] : [picture];
  }

  private async proveOne(item: Outgoing, signal: AbortSignal): Promise<ProofOutcome> {
    const folder = this.folderOf(item);
    try {
      await stat(this.settings.path);
      for (const file of this.laidOf(item)) {
        const there = await hashOf(join(folder, file.name), signal);
        if (there !== file.sha256) return there === null ? { kind: 'missing' } : { kind: 'conflict' };
      }
      return { kind: 'proven', proof: { kind: 'hash', note: 'read back' } };
    } catch {
      return { kind: 'later', trouble: { code: 'REMOTE_UNREACHABLE' } };
    }
  }

  private async tryWriting(): Promise<Trouble | null> {
    const path = join(this.settings.path, `.fieldbox-${String(process.pid)}`);
    try {
      await writeFile(path, 'Fieldbox', { flush: true });
      await rm(path);
      return null;
    } catch (error) {
      return { code: 'REMOTE_REFUSED', details: { status: systemCode(error) }, person: true };
    }
  }
}

/** Writes a file under another name, flushes it and gives it its own. */
async function lay(file: Laid, target: string, hooks: SendHooks): Promise<void> {
  const part = `${target}.part`;
  await pipeline(file.open(), counting(hooks), createWriteStream(part), { signal: hooks.signal });
  await flushFile(part);
  await rename(part, target);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** A name that every file system takes. */
function safe(text: string, otherwise: string): string {
  const name = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^[._]+|[._]+$/g, '')
    .slice(0, 64);
  return name === '' ? otherwise : name;
}

function counting(hooks: SendHooks): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hooks.progress(chunk.length);
      done(null, chunk);
    },
  });
}

/** SHA-256 of a file, read from the medium as far as the system lets us; null when it is not there. */
async function hashOf(path: string, signal: AbortSignal): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    await file.close();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}
