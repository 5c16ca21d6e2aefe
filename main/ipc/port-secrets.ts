import type { SecretStore } from '../sync/secrets';
import type { SecretAnswer, SecretRequest } from './engine-protocol';

/** The secrets as the engine's thread sees them: the main thread keeps them, since only it can reach the system's safe storage. */
export class PortSecrets implements SecretStore {
  private readonly pending = new Map<number, (answer: SecretAnswer) => void>();
  private nextId = 1;

  constructor(
    readonly safe: boolean,
    private readonly post: (message: { readonly id: number; readonly request: SecretRequest }) => void,
  ) {}

  async get(name: string): Promise<string | null> {
    const answer = await this.ask({ op: 'get', name });
    return typeof answer === 'string' ? answer : null;
  }

  async set(name: string, value: string | null): Promise<void> {
    await this.ask({ op: 'set', name, value });
  }

  async names(prefix: string): Promise<readonly string[]> {
    const answer = await this.ask({ op: 'names', prefix });
    return Array.isArray(answer) ? (answer as readonly string[]) : [];
  }

  /** An answer of the main thread has come. */
  answer(id: number, value: SecretAnswer): void {
    this.pending.get(id)?.(value);
    this.pending.delete(id);
  }

  private ask(request: SecretRequest): Promise<SecretAnswer> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.pending.set(id, resolve);
      this.post({ id, request });
    });
  }
}
