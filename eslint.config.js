import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { fieldboxPlugin } from './scripts/lint/layers.js';

const unused = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }];

/** Beside the strict type-aware set. */
const typeScriptRules = {
  'fieldbox/layers': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/no-unused-vars': unused,
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  // A number in a text is what it looks like, and a short arrow function may pass on that nothing is returned.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  eqeqeq: 'error',
  'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
};

/** The scripts run as they are written: what the compiler would tell about the rest, these rules tell about them. */
const plainRules = Object.fromEntries(
  [
    'eqeqeq',
    'no-async-promise-executor',
    'no-cond-assign',
    'no-const-assign',
    'no-dupe-args',
    'no-dupe-else-if',
    'no-dupe-keys',
    'no-duplicate-case',
    'no-empty',
    'no-fallthrough',
    'no-import-assign',
    'no-self-assign',
    'no-undef',
    'no-unreachable',
    'no-unsafe-finally',
    'no-unsafe-optional-chaining',
    'no-useless-catch',
    'no-useless-escape',
    'no-var',
    'prefer-const',
    'use-isnan',
    'valid-typeof',
  ].map((name) => [name, 'error']),
);
const nodeGlobals = [
  'AbortController',
  'Buffer',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'clearTimeout',
  'console',
  'fetch',
  'performance',
  'process',
  'setTimeout',
];

export default defineConfig(
  globalIgnores([
    'dist/',
    'release/',
    'coverage/',
    'test-results/',
    '.electron-runtime/',
    '.native-cache/',
    '.fieldbox/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { fieldbox: fieldboxPlugin },
    rules: typeScriptRules,
  },
  { files: ['renderer/**/*.ts', 'renderer/**/*.tsx'], extends: [reactHooks.configs.flat.recommended] },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
    rules: { ...plainRules, 'no-unused-vars': unused },
  },
  // Functions that the tour hands to the window run there.
  { files: ['scripts/demo/*.mjs'], languageOptions: { globals: { document: 'readonly', window: 'readonly' } } },
);
