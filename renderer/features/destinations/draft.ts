import type { RemoteRow } from '@shared/contract/sync';
import type { RemoteKind, RemotePolicy } from '@shared/model/remotes/settings';
import { RemotePolicy as PolicySchema, RemoteSettings } from '@shared/model/remotes/settings';
import { emptySettings, freePolicy } from './kinds';

/** A destination as it is being typed. */
export interface Draft {
  readonly name: string;
  readonly settings: RemoteSettings;
  readonly policy: RemotePolicy;
  /** What was typed; empty: the kept one is to be forgotten; absent: it stays as it is. */
  readonly secrets: Readonly<Record<string, string>>;
}

export function newDraft(kind: RemoteKind): Draft {
  return { name: '', settings: emptySettings(kind), policy: freePolicy, secrets: {} };
}

export function draftOf({ name, settings, policy }: RemoteRow): Draft {
  return { name, settings, policy, secrets: {} };
}

/** Which fields are not right, as paths such as `access.url`, `policy.hours.from` and `name`. */
export function issuesOf({ name, settings, policy }: Draft): ReadonlySet<string> {
  const issues = new Set<string>();
  if (name.trim() === '') issues.add('name');
  if (settings.kind === 'slicebox' && settings.role === 'connects' && settings.url === '') issues.add('url');
  const parsed = RemoteSettings.safeParse(settings);
  if (!parsed.success) for (const { path } of parsed.error.issues) issues.add(path.join('.'));
  const rules = PolicySchema.safeParse(policy);
  if (!rules.success) for (const { path } of rules.error.issues) issues.add(['policy', ...path].join('.'));
  return issues;
}

/** What every part of the form of a kind is given. */
export interface FormProps<S> {
  readonly settings: S;
  readonly onChange: (settings: S) => void;
  readonly secrets: Draft['secrets'];
  readonly onSecret: (name: string, value: string | undefined) => void;
  /** Names of the secrets that are kept. */
  readonly kept: readonly string[];
  /** The sentence to a field that is not right; undefined when it is, or nobody has tried yet. */
  readonly issue: (path: string) => string | undefined;
}
