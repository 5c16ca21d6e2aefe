// `npm test`: sets up what is missing, runs every suite, and ends with one line of real counts.
// `npm test -- unit e2e` runs some suites, `npm test -- unit catalog` the test files with that word in their path;
// from the first option on (`npm test -- unit -t accents`) everything goes to the runner.
import { displayPackages, testPackages, windowPackages } from './lib/apt.mjs';
import { Problem, runMain, say } from './lib/process.mjs';
import { prepareApp } from './lib/setup.mjs';
import { suiteNames, suites } from './lib/suites.mjs';

/** These only read the sources, so they share the time. */
const readOnly = ['lint', 'types'];

await runMain(async (args) => {
  const { chosen, wish } = readArguments(args);
  process.env.ELECTRON_OVERRIDE_DIST_PATH = await prepareApp({
    debianPackages: [...windowPackages, ...displayPackages, ...testPackages],
  });
  const results = await Promise.all(
    chosen.filter((name) => readOnly.includes(name)).map((name) => runSuite(name, wish)),
  );
  for (const name of chosen.filter((one) => !readOnly.includes(one))) results.push(await runSuite(name, wish));
  return report(results);
});

function readArguments(args) {
  const isOption = (argument) => argument.startsWith('-');
  const firstOption = args.findIndex(isOption);
  const end = firstOption < 0 ? args.length : firstOption;
  const chosen = args.slice(0, end).filter((word) => suiteNames.includes(word));
  const words = args.slice(0, end).filter((word) => !suiteNames.includes(word));
  if (chosen.length === 0 && end + words.length > 0) {
    throw new Problem(
      `Use: npm test -- [${suiteNames.join('|')}]... [word in the test file's path]... [options for the runner]`,
    );
  }
  const options = args.slice(end).filter((argument) => argument !== '--');
  return { chosen: chosen.length > 0 ? chosen : suiteNames, wish: { words, options } };
}

async function runSuite(name, wish) {
  say(`Suite ${name} ...`);
  const begun = Date.now();
  const counts = await count(suites[name], wish);
  return { name, skipped: 0, ...counts, seconds: (Date.now() - begun) / 1000 };
}

/** A suite that crashes, or that has test files and ran none of them, has failed: there is no silent success. */
async function count(run, wish) {
  try {
    const { exitCode, empty = false, ...counts } = await run(wish);
    const unexplained = counts.failed === 0 && (exitCode !== 0 || (counts.passed === 0 && !empty));
    if (!unexplained) return counts;
    const why = exitCode === 0 ? 'No test ran.' : `The runner ended with ${exitCode} without a failed test.`;
    say(why);
    return { ...counts, failed: 1, names: [why] };
  } catch (error) {
    const why = `The suite could not be run: ${error.message}`;
    say(why);
    if (process.env.FIELDBOX_DEBUG) console.error(error);
    return { passed: 0, failed: 1, names: [why] };
  }
}

function report(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const row = (name, ...cells) => `${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
  // Once more at the end, so that nobody has to look for them in what thousands of tests have printed.
  for (const { name, names = [] } of results) for (const failure of names) console.log(`failed in ${name}: ${failure}`);
  console.log(`\n${row('suite', 'passed', 'failed', 'skipped', 'seconds')}`);
  for (const { name, passed, failed, skipped, seconds } of results)
    console.log(row(name, passed, failed, skipped, seconds.toFixed(1)));
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}
