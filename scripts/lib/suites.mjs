// The suites of `npm test`: each runs a tool and answers what it counted.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { modules, stateFolder } from './paths.mjs';
import { runAttached } from './process.mjs';
import { onDisplay, startXvfb } from './xvfb.mjs';

/** @typedef {{ passed: number, failed: number, exitCode: number }} Counts */

/** @type {Record<string, (passedOn: string[]) => Promise<Counts>>} */
export const suites = {
  lint: () => oneCheck('eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  types: () => oneCheck('typescript/bin/tsc', ['-p', '.']),
  unit: (passedOn) => vitest('unit', passedOn),
  integration: (passedOn) => vitest('integration', passedOn),
  faults: (passedOn) => vitest('faults', passedOn),
  e2e: playwright,
};
export const suiteNames = Object.keys(suites);

const node = (tool, args, options) => runAttached(process.execPath, [path.join(modules, tool), ...args], options);

/** A tool that says yes or no counts as one test. */
async function oneCheck(tool, args) {
  const exitCode = await node(tool, args);
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, exitCode };
}

async function vitest(folder, passedOn) {
  const report = newReport(folder);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const exitCode = await node('vitest/vitest.mjs', ['run', `test/${folder}/`, ...reporters, ...passedOn]);
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = readReport(report);
  // A file that cannot even be loaded holds no test that could fail.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + broken, exitCode };
}

async function playwright(passedOn) {
  const report = newReport('e2e');
  const screen = process.platform === 'linux' ? await startXvfb() : undefined;
  try {
    const env = { ...(screen ? onDisplay(screen.display) : process.env), PLAYWRIGHT_JSON_OUTPUT_FILE: report };
    const exitCode = await node('@playwright/test/cli.js', ['test', '--reporter=list,json', ...passedOn], { env });
    const { stats = {}, errors = [] } = readReport(report);
    const { expected = 0, flaky = 0, unexpected = 0 } = stats;
    return { passed: expected, failed: unexpected + flaky + errors.length, exitCode };
  } finally {
    await screen?.stop();
  }
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
