// The suites of `npm test`: each runs a tool and answers what it counted.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { inspectableCopy, packageApp } from './package.mjs';
import { inRoot, modules, root, stateFolder } from './paths.mjs';
import { Problem, runAttached } from './process.mjs';
import { onDisplay, startXvfb } from './xvfb.mjs';

/**
 * What a suite answers: how many tests passed, failed and were left out, the names of those that failed, and how its runner ended.
 * @typedef {{ passed: number, failed: number, skipped?: number, names?: string[], exitCode: number }} Counts
 */

/**
 * What a person asks of a suite: `words` choose test files that have one of them in their path, `options` go to the runner.
 * @typedef {{ words: string[], options: string[] }} Wish
 */

/** @type {Record<string, (wish: Wish) => Promise<Counts>>} */
export const suites = {
  lint: () => oneCheck('eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  types: () => oneCheck('typescript/bin/tsc', ['-p', '.']),
  unit: (wish) => vitest('unit', wish),
  integration: (wish) => vitest('integration', twoAtOnce(wish)),
  faults: (wish) => vitest('faults', wish),
  e2e: (wish) => playwright('e2e', wish),
  packaged: runPackaged,
};
export const suiteNames = Object.keys(suites);

const nothingToRun = { passed: 0, failed: 0, exitCode: 0, empty: true };

const node = (tool, args, options) => runAttached(process.execPath, [path.join(modules, tool), ...args], options);

/** A tool that says yes or no counts as one test. */
async function oneCheck(tool, args) {
  const exitCode = await node(tool, args);
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, exitCode };
}

/**
 * The integration tests wait for servers and for time to pass more than they work: two files at once, even on two cores
 * (the runner would leave one core alone), unless a person has said otherwise.
 */
function twoAtOnce({ words, options }) {
  const said = options.some((option) => option.startsWith('--maxWorkers'));
  return { words, options: said ? options : [`--maxWorkers=${Math.max(2, availableParallelism() - 1)}`, ...options] };
}

async function vitest(folder, { words, options }) {
  const files = testFiles(folder, /\.test\.tsx?$/, words);
  if (files.length === 0) return nothingToRun;
  const report = newReport(folder);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const chosen = words.length === 0 ? [`test/${folder}/`] : files;
  const exitCode = await node('vitest/vitest.mjs', ['run', ...chosen, '--allowOnly=false', ...reporters, ...options]);
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, testResults = [] } = readReport(report);
  // A file that cannot even be loaded holds no test that could fail.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const names = [
    ...broken.map((file) => path.relative(root, file.name)),
    ...testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName }) => `${path.relative(root, name)}: ${fullName}`),
    ),
  ];
  return { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests, names, exitCode };
}

async function playwright(suite, { words, options }, appEnvironment = {}) {
  const files = testFiles('e2e', /\.spec\.ts$/, words);
  if (files.length === 0) return nothingToRun;
  const report = newReport(suite);
  const screen = process.platform === 'linux' ? await startXvfb() : undefined;
  try {
    const env = {
      ...(screen ? onDisplay(screen.display) : process.env),
      ...appEnvironment,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    };
    const chosen = words.length === 0 ? [] : files;
    const results = ['--reporter=list,json', `--output=test-results/${suite}`];
    const exitCode = await node('@playwright/test/cli.js', ['test', ...chosen, ...results, ...options], { env });
    const { stats = {}, errors = [], suites: found = [] } = readReport(report);
    const { expected = 0, flaky = 0, unexpected = 0, skipped = 0 } = stats;
    const names = found.flatMap(failedSpecs);
    return { passed: expected, failed: unexpected + flaky + errors.length, skipped, names, exitCode };
  } finally {
    await screen?.stop();
  }
}

/** The names of what failed in a suite of Playwright's report and in the suites within it. */
function failedSpecs({ specs = [], suites: inner = [] }) {
  const failed = specs.filter(({ ok }) => !ok).map(({ file, line, title }) => `test/e2e/${file}:${line}: ${title}`);
  return [...failed, ...inner.flatMap(failedSpecs)];
}

/** The end-to-end tests once more, on the app as it is handed out. */
async function runPackaged(wish) {
  if (testFiles('e2e', /\.spec\.ts$/, wish.words).length === 0) return nothingToRun;
  const executable = await inspectableCopy(await packageApp());
  return playwright('packaged', wish, { FIELDBOX_APP: executable });
}

/** The test files of a folder, relative to the project; with words, those that have one of them in their path. */
function testFiles(folder, pattern, words) {
  const base = inRoot('test', folder);
  if (!existsSync(base)) return [];
  const all = readdirSync(base, { recursive: true })
    .map((name) => path.relative(root, path.join(base, name)).split(path.sep).join('/'))
    .filter((name) => pattern.test(name));
  const found = words.length === 0 ? all : all.filter((name) => words.some((word) => name.includes(word)));
  if (words.length > 0 && found.length === 0)
    throw new Problem(`No test file in test/${folder} has "${words.join('" or "')}" in its name.`);
  return found;
}

/** Where a runner writes its counts; the last run's are removed, so that they cannot be taken for this one's. */
function newReport(suite) {
  const folder = path.join(stateFolder, 'reports');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${suite}.json`);
  rmSync(file, { force: true });
  return file;
}

/** A runner that crashed wrote nothing: no counts, and its exit code says the rest. */
const readReport = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
