import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RemoteTest, TestStep } from '@shared/contract/sync';
import type { ImageId } from '@shared/model/ids';
import { noAbilities } from '@shared/model/remotes/content';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { flushFile, flushFolder, systemCode } from '../../../platform/durable';
import type {
  OlderVersion,
  Outgoing,
  ProofOutcome,
  RemoteConnection,
  RemoteDriver,
  SendHooks,
  SendOutcome,
  Trouble,
} from '../remote';
import { endingOf } from '../ending';

/**
 * A folder, on a network share or a stick: every image as `<patient>/<study>/<SOP Instance UID>.dcm`, every attached file as
 * `<patient>/files/<name>_<beginning of its SHA-256>.<ending>`, written under another name, flushed, renamed, and read back from
 * the medium; the same bytes there already are delivered. Photos and documents also or only as the file they came as. A photo
 * alone does not say whose it is, so a folder of those proves nothing.
 */
export const folderDriver: RemoteDriver<'folder'> = {
  kind: 'folder',
  proofs: ({ photos }) => (photos === 'pictures' ? [] : ['hash']),
  secrets: () => [],
  parallel: 2,
  abilities: { ...noAbilities, takesFiles: true },
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

/** A file in the folder. */
interface Laid {
  readonly path: string;
  readonly sha256: string;
  /** Older versions that were laid down at this place. */
  readonly older: readonly ImageId[];
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
    const laid = this.laidOf(item);
    const folder = dirname(laid[0].path);
    try {
      await stat(this.settings.path); // never makes the folder itself: an unmounted share would be filled on the laptop's own disk
      const missing: Laid[] = [];
      for (const file of laid) {
        const there = await hashOf(file.path, hooks.signal);
        if (there === file.sha256) continue;
        // Only a file that is, byte for byte, an older version we have laid there is replaced.
        if (there !== null && !file.older.some((image) => image === there))
          return { kind: 'parked', code: 'REMOTE_CONFLICT' };
        missing.push(file);
      }
      if (missing.length === 0) {
        const proof = folderDriver.proofs(this.settings).length === 0 ? null : ALREADY_THERE;
        return { kind: 'arrived', proof };
      }
      // One after the other: were the folder itself gone meanwhile, it would be made anew.
      await makeFolder(dirname(folder));
      await makeFolder(folder);
      for (const file of missing) await lay(file, hooks);
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

  /** Older versions that were laid down at this place. */
  private olderAt(path: string, { older }: Outgoing): readonly ImageId[] {
    return older
      .filter(({ image, facts }) => this.pathOf({ attached: null, facts, image, sha256: image }) === path)
      .map(({ image }) => image);
  }

  /** Where an item lies. */
  private pathOf({ attached, facts, image, sha256 }: Placed): string {
    const ofPatient = join(this.settings.path, safe(facts.PatientID, 'unknown'));
    if (attached === null)
      return join(ofPatient, safe(facts.StudyInstanceUID, 'study'), `${safe(facts.SOPInstanceUID, sha256)}.dcm`);
    const { fileName = '' } = facts;
    const ending = /\.[A-Za-z0-9]{1,10}$/.exec(fileName)?.[0] ?? '';
    const stem = fileName.slice(0, fileName.length - ending.length);
    return join(ofPatient, 'files', `${safe(stem, 'file')}_${image.slice(0, 12)}${ending.toLowerCase()}`);
  }

  /** What is laid down of an item. */
  private laidOf(item: Outgoing): readonly [Laid, ...Laid[]] {
    const path = this.pathOf(item);
    const whole: Laid = { path, sha256: item.sha256, older: this.olderAt(path, item), open: () => item.open() };
    const { photos = 'dicom' } = this.settings;
    const { original } = item;
    if (original === null || photos === 'dicom' || item.attached !== null) return [whole];
    const picture: Laid = {
      path: path.replace(/dcm$/, endingOf(original.mediaType)),
      sha256: original.sha256,
      older: [],
      open: () => original.open(),
    };
    return photos === 'both' ? [whole, picture] : [picture];
  }

  private async proveOne(item: Outgoing, signal: AbortSignal): Promise<ProofOutcome> {
    try {
      await stat(this.settings.path);
      const laid = this.laidOf(item);
      for (const file of laid) {
        const there = await hashOf(file.path, signal);
        if (there !== file.sha256) return there === null ? { kind: 'missing' } : { kind: 'conflict' };
      }
      return { kind: 'proven', proof: { kind: 'hash', note: 'read back' }, gone: laid.flatMap(({ older }) => older) };
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

/** What says where an image or file lies. */
interface Placed extends Pick<Outgoing, 'attached' | 'image' | 'sha256'> {
  readonly facts: OlderVersion['facts'] & { readonly fileName?: string };
}

/** Writes a file under another name, flushes it and gives it its own. */
async function lay(file: Laid, hooks: SendHooks): Promise<void> {
  const part = `${file.path}.part`;
  await pipeline(file.open(), counting(hooks), createWriteStream(part), { signal: hooks.signal });
  await flushFile(part);
  await rename(part, file.path);
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
