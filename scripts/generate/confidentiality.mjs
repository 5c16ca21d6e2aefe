/**
 * Writes main/dicom/anonymise/table.ts from scripts/generate/confidentiality.txt, table E.1-1 of DICOM PS3.15.
 *
 *   node scripts/generate/confidentiality.mjs
 *
 * A line of the listing that cannot be, a tag that stands twice or an option that does not fit stops it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('./confidentiality.txt', import.meta.url);
const target = new URL('../../main/dicom/anonymise/table.ts', import.meta.url);

const tag = /^(?:[0-9A-F]{8}|[56]0xx(?:xxxx|[0-9A-F]{4})|PRIVATE)$/;
const actions = new Set(['X', 'Z', 'D', 'U', 'X/Z', 'X/D', 'Z/D', 'X/Z/D', 'X/Z/U*']);
const options = /^[dsgutipPvVf]*$/;

const text = readFileSync(source, 'utf8');
const edition = /^# Edition: (.*)$/m.exec(text)?.[1];
if (edition === undefined) throw new Error('The listing names no edition.');
const seen = new Set();
const lines = text
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [place = '', action = '', changes = '', ...rest] = line.split(' ');
    if (!tag.test(place) || !actions.has(action) || !options.test(changes) || rest.length > 0 || seen.has(place)) {
      throw new Error(`The listing has a line that cannot be: ${line}`);
    }
    seen.add(place);
    return [place, action, changes].filter((part) => part !== '').join(' ');
  });

writeFileSync(
  target,
  `// Made by scripts/generate/confidentiality.mjs from scripts/generate/confidentiality.txt. Not edited by hand.
// Table E.1-1 of DICOM PS3.15. Edition: ${edition}
/**
 * One attribute a line: tag (x: any digit; PRIVATE: all odd groups), action of the Basic Profile, letters of the options that
 * change it (see profile.ts).
 */
export const confidentialityTable = \`
${lines.join('\n')}
\`;
`,
);
console.log(`${lines.length} attributes`);
