// What Electron runs when it has no app of its own: `electron [-r module]... <app folder or file> [arguments]`.
// It must be an ES module that awaits the app's module, so that `ready` does not fire before the app could prepare for it.
import { app } from 'electron';
import { existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Splits the command line into modules to load first and the app to run. */
function readArguments(args) {
  const preloads = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index];
    if (argument === '-r' || argument === '--require') preloads.push(args[++index]);
    else if (argument.startsWith('--require=')) preloads.push(argument.slice('--require='.length));
    else if (!argument.startsWith('-')) return { preloads, target: argument };
  }
  return { preloads, target: '.' };
}

/** Gives Electron the app's name, version and path; answers the file to run. */
function adopt(target) {
  const manifestFile = path.join(target, 'package.json');
  if (!existsSync(manifestFile)) {
    app.setAppPath(path.dirname(target));
    return target;
  }
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  if (manifest.version) app.setVersion(manifest.version);
  app.name = manifest.productName || manifest.name || app.name;
  app.setAppPath(target);
  return path.join(target, manifest.main || 'index.js');
}

const { preloads, target } = readArguments(process.argv.slice(1));
if (preloads.length > 0) Module._preloadModules(preloads);
const file = adopt(path.resolve(target));
app.setPath('userData', path.join(app.getPath('appData'), app.name));
try {
  await import(pathToFileURL(file).href);
} catch (error) {
  console.error('The app could not be loaded.\n', error);
  app.exit(1);
}
