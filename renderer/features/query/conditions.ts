import type { Input } from '@shared/contract';
import type { PropertyKind, QueryCondition, QueryOperator } from '@shared/contract/query';
import type { SourceChoice } from '@shared/contract/catalog';
import type { Listing } from '@shared/model/vocabulary';

/** The properties that have a name in plain words; every other one is asked for by its DICOM keyword. */
export const namedProperties = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'PatientAge',
  'registered',
  'StudyDate',
  'StudyDescription',
  'AccessionNumber',
  'ReferringPhysicianName',
  'InstitutionName',
  'Modality',
  'BodyPartExamined',
  'Laterality',
  'SeriesDescription',
  'SeriesNumber',
  'ProtocolName',
  'Manufacturer',
  'ManufacturerModelName',
  'StationName',
  'seriesType',
  'seriesTag',
  'status',
  'takenAt',
  'storedAt',
  'fileName',
  'bytes',
  'Rows',
  'Columns',
  'NumberOfFrames',
  'hasPixels',
  'conflict',
  'BurnedInAnnotation',
] as const;
export type NamedProperty = (typeof namedProperties)[number];

/** Names of the operators in the words of the interface. */
export const operatorNames = {
  '=': 'equal',
  '!=': 'notEqual',
  '<': 'less',
  '<=': 'atMost',
  '>': 'more',
  '>=': 'atLeast',
  like: 'like',
  startsWith: 'startsWith',
  in: 'in',
  exists: 'exists',
  empty: 'empty',
} as const satisfies Readonly<Record<QueryOperator, string>>;

/** One line of the builder, finished or not. */
export interface Line {
  readonly id: number;
  /** `other`: the keyword that was typed. */
  readonly property: NamedProperty | 'other';
  readonly keyword: string;
  readonly operator: QueryOperator;
  readonly value: string;
}

export interface Builder {
  readonly level: Listing;
  readonly lines: readonly Line[];
  readonly source: SourceChoice | null;
  readonly sort: string | null;
  readonly descending: boolean;
}

/** The name that is asked for; empty while it is still to be typed. */
export function propertyName(line: Line): string {
  return line.property === 'other' ? line.keyword.trim() : line.property;
}

/** Whether a comparison needs nothing to compare with. */
export function standsAlone(operator: QueryOperator): boolean {
  return operator === 'exists' || operator === 'empty';
}

/** The condition a line stands for; undefined while something in it is missing. */
export function conditionOf(line: Line, kind: PropertyKind): QueryCondition | undefined {
  const property = propertyName(line);
  const { operator } = line;
  if (property === '') return undefined;
  if (standsAlone(operator)) return { property, operator };
  const value = line.value.trim();
  if (value === '') return undefined;
  if (operator === 'in') {
    const values = value.split(/[,،]/).map((one) => one.trim());
    const given = values.filter((one) => one !== '');
    return given.length === 0 ? undefined : { property, operator, value: given };
  }
  return { property, operator, value: kind === 'flag' ? value === 'yes' : value };
}

/** What is asked of the list of the level. */
export function questionFor(
  { source, sort, descending }: Builder,
  conditions: readonly QueryCondition[],
): Omit<Input<'catalog.series'>, 'limit' | 'offset' | 'after'> {
  return {
    ...(conditions.length > 0 && { where: [...conditions] }),
    ...(source !== null && { sources: [source] }),
    ...(sort !== null && { sort }),
    ...(descending && { descending }),
  };
}
