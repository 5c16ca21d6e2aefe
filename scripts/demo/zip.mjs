// Looks into an exported zip without Fieldbox: reads every file back and compares it with the list of checksums inside.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Problem } from '../lib/process.mjs';

const require = createRequire(import.meta.url);
const lists = ['SHA256SUMS', 'SHA256.TXT'];

/**
 * @param {string} file the zip
 * @returns {Promise<{ files: number, bytes: number, names: string[] }>} what was read back and found equal
 * @throws {Problem} when a file differs, is missing, or is not on the list
 */
export async function verifyZip(file) {
  const found = await hashEntries(file);
  const listName = [...found.keys()].find((name) => lists.includes(name.split('/').at(-1)));
  if (listName === undefined) throw new Problem(`${file} holds no list of checksums.`);
  const base = listName.slice(0, listName.lastIndexOf('/') + 1);
  const listed = new Map(readList(found.get(listName).text).map(([sum, name]) => [base + name, sum]));
  for (const [name, sum] of listed) {
    const entry = found.get(name);
    if (entry === undefined) throw new Problem(`${name} is on the list of checksums but not in ${file}.`);
    if (entry.sum !== sum) throw new Problem(`${name} in ${file} is not what was written.`);
  }
  const unlisted = [...found.keys()].filter((name) => name !== listName && !listed.has(name));
  if (unlisted.length > 0) throw new Problem(`${unlisted[0]} in ${file} is not on the list of checksums.`);
  return {
    files: listed.size,
    bytes: [...found.values()].reduce((sum, entry) => sum + entry.bytes, 0),
    names: [...found.keys()],
  };
}

/** Lines as sha256sum writes them: the sum, a space, a space or a star, the name. */
function readList(text) {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^([0-9a-f]{64}) [ *](.+)$/i.exec(line);
      if (!match) throw new Problem(`The list of checksums has a line that is none: ${line}`);
      return [match[1].toLowerCase(), match[2].replaceAll('\\', '/')];
    });
}

async function hashEntries(file) {
  const yauzl = require('yauzl');
  const zip = await yauzl.openPromise(file);
  const found = new Map();
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const hash = createHash('sha256');
    const kept = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      hash.update(chunk);
      if (lists.includes(entry.fileName.split('/').at(-1))) kept.push(chunk);
    }
    found.set(entry.fileName, {
      sum: hash.digest('hex'),
      bytes: entry.uncompressedSize,
      text: Buffer.concat(kept).toString('utf8'),
    });
  }
  return found;
}
