import { readFile } from 'node:fs/promises';
import { safeStorage } from 'electron';
import { z } from 'zod';
import { FieldboxError } from '@shared/errors';
import { systemCode, writeFileDurably } from '../platform/durable';
import type { SecretAnswer, SecretRequest } from '../ipc/engine-protocol';
import type { SecretsKeeper } from './archive-session';

const Kept = z.record(z.string(), z.object({ value: z.string(), encrypted: z.boolean() }));
type Kept = z.infer<typeof Kept>;

/**
 * What is used of the system's safe storage. The asynchronous form that replaces it is not there yet in every runtime that
 * Fieldbox starts in.
 */
interface SafeStorage {
  isEncryptionAvailable(): boolean;
  getSelectedStorageBackend(): string;
  encryptString(plainText: string): Buffer;
  decryptString(encrypted: Buffer): string;
}
const storage: SafeStorage = safeStorage;

/**
 * Passwords and tokens of remotes, in one file beside the app's settings, each encrypted by the system's safe storage. Where the
 * system has none they lie there as they are, readable by this user only, and the interface says so.
 */
export class DesktopSecrets implements SecretsKeeper {
  private kept: Promise<Kept> | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** Whether the system protects what is kept. On Linux `basic_text` means a key that everybody knows. */
  get protected(): boolean {
    if (!storage.isEncryptionAvailable()) return false;
    return process.platform !== 'linux' || storage.getSelectedStorageBackend() !== 'basic_text';
  }

  /** Answers the engine. Throws FieldboxError when the file cannot be read or written. */
  async serve(request: SecretRequest): Promise<SecretAnswer> {
    const kept = await (this.kept ??= this.read());
    switch (request.op) {
      case 'get':
        return this.open(kept[request.name]);
      case 'names':
        return Object.keys(kept).filter((name) => name.startsWith(request.prefix));
      case 'set': {
        const { [request.name]: _old, ...others } = kept;
        const next = request.value === null ? others : { ...others, [request.name]: this.seal(request.value) };
        this.kept = Promise.resolve(next);
        this.writing = this.writing.then(() => writeFileDurably(this.path, JSON.stringify(next)));
        await this.writing;
        return null;
      }
    }
  }

  private seal(value: string): Kept[string] {
    if (!this.protected) return { value, encrypted: false };
    return { value: storage.encryptString(value).toString('base64'), encrypted: true };
  }

  private open(kept: Kept[string] | undefined): string | null {
    if (!kept) return null;
    if (!kept.encrypted) return kept.value;
    try {
      return storage.decryptString(Buffer.from(kept.value, 'base64'));
    } catch (error) {
      throw new FieldboxError('SECRET_UNREADABLE', {}, error); // the system's key is another one: the file was copied from elsewhere
    }
  }

  private async read(): Promise<Kept> {
    try {
      return Kept.parse(JSON.parse(await readFile(this.path, 'utf8')));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return {};
      throw new FieldboxError('SECRET_UNREADABLE', {}, error);
    }
  }
}
