import type { RemoteKey } from '@shared/model/ids';

/** Where passwords and tokens of remotes lie. Names are `<remote>/<secret>`. */
export interface SecretStore {
  /** Whether what is kept here is protected by the system. */
  readonly safe: boolean;
  get(name: string): Promise<string | null>;
  /** Keeps a secret, or forgets it (null). */
  set(name: string, value: string | null): Promise<void>;
  /** Names that begin with this. */
  names(prefix: string): Promise<readonly string[]>;
}

export function secretName(remote: RemoteKey, name: string): string {
  return `${remote}/${name}`;
}

/** Secrets that last as long as the program: for tests, and for trying out a remote that is not saved yet. */
export class MemorySecrets implements SecretStore {
  readonly safe = true;
  private readonly values: Map<string, string>;

  constructor(values: Readonly<Record<string, string>> = {}) {
    this.values = new Map(Object.entries(values));
  }

  get(name: string): Promise<string | null> {
    return Promise.resolve(this.values.get(name) ?? null);
  }

  set(name: string, value: string | null): Promise<void> {
    if (value === null) this.values.delete(name);
    else this.values.set(name, value);
    return Promise.resolve();
  }

  names(prefix: string): Promise<readonly string[]> {
    return Promise.resolve([...this.values.keys()].filter((name) => name.startsWith(prefix)));
  }
}
