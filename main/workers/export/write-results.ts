import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { FieldboxError } from '@shared/errors';
import type { PlannedObject } from './plan';
import { MAX_FILE_BYTES, NameGiver, safeName } from './safe-names';
import { contentOf } from './sink';
import { objectBytes } from './stored-object';
import { targetError } from '../../platform/target-error';
import { fileLimitOf, ZipSink } from './zip-sink';

/** A result that passed the gate: a file, or a number or text that goes into the XML. */
export interface PlannedResult {
  readonly name: string;
  readonly algorithm: string;
  readonly type: string;
  readonly product: string;
  /** Empty: not known. */
  readonly version: string;
  readonly threshold: number | null;
  readonly value: number | string | null;
  readonly file: (PlannedObject & { readonly fileName: string }) | null;
}

export interface WriteResultsInput {
  readonly target: string;
  /** For the times of files in the zip, ISO 8601. */
  readonly madeAt: string;
  readonly results: readonly PlannedResult[];
}

export interface WrittenResults {
  readonly files: string[];
  readonly bytes: number;
}

/**
 * Writes results into a new zip, reads it back and gives it its name: files byte for byte, numbers and texts together in
 * `results.xml` (archive API v1, "Get algorithm results"). Throws EXPORT_*, OBJECT_MISSING, OBJECT_DAMAGED.
 */
export async function writeResults(input: WriteResultsInput): Promise<WrittenResults> {
  let sink: ZipSink | null = null;
  const stop = (): void => undefined;
  try {
    sink = new ZipSink(input.target, new Date(input.madeAt), fileLimitOf(statfsSync(dirname(input.target)).type));
    const names = new NameGiver();
    const written = [];
    const plain = input.results.filter(({ file }) => file === null);
    if (plain.length > 0) {
      const xml = new TextEncoder().encode(resultsXml(plain));
      written.push(await sink.write(names.give('', 'results.xml'), xml.length, contentOf(xml)));
    }
    for (const { file, name } of input.results) {
      if (file === null) continue;
      const given = names.give('', safeName(file.fileName, MAX_FILE_BYTES, safeName(name, MAX_FILE_BYTES, 'result')));
      written.push(await sink.write(given, file.bytes, () => objectBytes(file, stop)));
    }
    const wrong = await sink.check(written, stop, () => undefined);
    if (wrong.length > 0) throw new FieldboxError('EXPORT_VERIFY_FAILED', { count: wrong.length });
    await sink.publish();
    return { files: written.map(({ path }) => path), bytes: written.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch (error) {
    if (sink) await sink.discard();
    throw targetError(error, { needed: 0, free: 0 });
  }
}

/** Name and value of each result, with what is known of where it came from. */
function resultsXml(results: readonly PlannedResult[]): string {
  const lines = results.map(({ name, algorithm, type, product, version, threshold, value }) => {
    const facts = {
      name,
      algorithm,
      type,
      ...(product !== '' && { product }),
      version: version === '' ? 'unknown' : version,
      ...(threshold !== null && { threshold: String(threshold) }),
    };
    const attributes = Object.entries(facts).map(([key, text]) => ` ${key}="${escaped(text)}"`);
    return `  <result${attributes.join('')}>${escaped(String(value))}</result>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<results>\n${lines.join('\n')}\n</results>\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text of XML 1.0; what it may not hold at all (its section 2.2) becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
}
