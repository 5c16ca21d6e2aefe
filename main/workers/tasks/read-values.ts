import { FieldboxError } from '@shared/errors';
import { formatTag } from '../../dicom/dictionary';
import type { DataSetView, VR } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { parseTagPath, type TagPath } from '../../dicom/tag-path';
import { FileSource } from '../../platform/file-source';

const MOST_VALUES = 256;
const LONGEST_VALUE = 1024;
/** Values that are bytes: only whether there are any is told. */
const BINARY: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW']);

/**
 * The values of some attributes of an object by their paths, without empty ones, long ones cut; of a sequence or of bytes one
 * value that says how long it is, if there is anything in it. Throws FILE_UNREADABLE, NOT_DICOM, DICOM_*, TAG_PATH_MALFORMED.
 */
export async function readValues(input: {
  readonly path: string;
  readonly paths: readonly string[];
}): Promise<{ values: Record<string, readonly string[]> }> {
  const source = new FileSource(input.path);
  try {
    const { dataset } = readDicom(source);
    const values: Record<string, readonly string[]> = {};
    for (const path of input.paths) {
      const steps = parseTagPath(path);
      if (!steps) throw new FieldboxError('TAG_PATH_MALFORMED', { path });
      values[path] = valuesAt(dataset, steps);
    }
    return await Promise.resolve({ values });
  } finally {
    source.close();
  }
}

function valuesAt(dataset: DataSetView, [step, ...rest]: TagPath): string[] {
  if (!step) return [];
  if (rest.length === 0) return valuesOf(dataset, step.tag).slice(0, MOST_VALUES);
  const items = dataset.items(step.tag).filter((_, at) => step.item === null || step.item === at);
  return items.flatMap((item) => valuesAt(item, rest)).slice(0, MOST_VALUES);
}

function valuesOf(dataset: DataSetView, tag: number): string[] {
  const element = dataset.element(tag);
  if (!element) return [];
  if (element.items) return element.items.length > 0 ? [String(element.items.length)] : [];
  if (element.fragments || BINARY.has(element.vr)) return element.length > 0 ? [String(element.length)] : [];
  const values = element.vr === 'AT' ? dataset.numbers(tag).map(formatTag) : dataset.strings(tag);
  return values.map((value) => value.trim().slice(0, LONGEST_VALUE)).filter((value) => value !== '');
}
