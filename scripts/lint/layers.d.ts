import type { ESLint, Rule } from 'eslint';

export interface Layer {
  readonly name: string;
  readonly may: readonly string[];
  readonly electron?: boolean;
  readonly node?: boolean;
  readonly instead: string;
}

export const layers: readonly Layer[];
export const rule: Rule.RuleModule;
export const fieldboxPlugin: ESLint.Plugin;
