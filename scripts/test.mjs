// `npm test`: sets up what is missing, runs every suite, and ends with one line of real counts.
// `npm test -- --only unit,e2e` runs some of them; what follows a further `--` goes to their runners.
import { displayPackages, testPackages, windowPackages } from './lib/apt.mjs';
import { Problem, runMain, say } from './lib/process.mjs';
import { prepareApp } from './lib/setup.mjs';
import { suiteNames, suites } from './lib/suites.mjs';

await runMain(async (args) => {
  const { chosen, passedOn } = readArguments(args);
  process.env.ELECTRON_OVERRIDE_DIST_PATH = await prepareApp({
    debianPackages: [...windowPackages, ...displayPackages, ...testPackages],
  });
  const results = [];
  for (const name of chosen) {
    say(`Suite ${name} ...`);
    const begun = Date.now();
    const counts = await runSuite(suites[name], passedOn);
    results.push({ name, ...counts, seconds: (Date.now() - begun) / 1000 });
  }
  return report(results);
});

function readArguments(args) {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const passedOn = end < 0 ? [] : args.slice(end + 1);
  if (own.length === 0) return { chosen: suiteNames, passedOn };
  const chosen = own[0] === '--only' ? (own[1] ?? '').split(',') : [];
  if (own.length !== 2 || chosen.some((name) => !suiteNames.includes(name))) {
    throw new Problem(`Use: npm test -- [--only ${suiteNames.join(',')}] [-- arguments for the runner]`);
  }
  return { chosen, passedOn };
}

/** A suite that crashes, or that ran nothing, has failed: there is no silent success. */
async function runSuite(run, passedOn) {
  try {
    const { passed, failed, exitCode } = await run(passedOn);
    const unexplained = failed === 0 && (exitCode !== 0 || passed === 0);
    if (unexplained) say(exitCode === 0 ? 'No test ran.' : `The runner ended with ${exitCode} without a failed test.`);
    return { passed, failed: unexplained ? 1 : failed };
  } catch (error) {
    say(`The suite could not be run: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

function report(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const row = (name, passed, failed, seconds) =>
    `${name.padEnd(12)} ${String(passed).padStart(7)} ${String(failed).padStart(7)} ${String(seconds).padStart(9)}`;
  console.log(`\n${row('suite', 'passed', 'failed', 'seconds')}`);
  for (const { name, passed, failed, seconds } of results) console.log(row(name, passed, failed, seconds.toFixed(1)));
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}
