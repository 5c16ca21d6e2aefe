import type { Level, Listing } from '@shared/model/vocabulary';

/** The tables of the index that the levels stand for have the levels' names. */
export type Table = Level;

export const TABLES: readonly Table[] = ['patient', 'study', 'series', 'image'];

/** One value a list is sorted by. Never NULL, so that a cursor can continue behind it. */
export interface Term {
  readonly table: Table;
  readonly sql: string;
  readonly type: 'text' | 'number';
}

/** An order of a list; the last term is the id, so that no two rows are alike. */
export interface Order {
  readonly terms: readonly Term[];
  /** Whether indexes can be walked along in this order. */
  readonly walk: boolean;
}

interface Column {
  readonly sql: string;
  /** How to sort by it; without it by the value itself. */
  readonly order?: Order;
  readonly type?: 'number';
  /** No index helps with sorting by a column of this table. */
  readonly plain?: true;
}

export interface LevelColumns {
  /** The table that has one row for each row of the list. */
  readonly table: Table;
  readonly columns: Readonly<Record<string, Column>>;
  /** Tables above that the columns come from. */
  readonly parents: readonly Table[];
  readonly booleans: readonly string[];
  /** Properties whose column gives JSON. */
  readonly json: readonly string[];
}

const text = (table: Table, sql: string): Term => ({ table, sql, type: 'text' });
const number = (table: Table, sql: string): Term => ({ table, sql, type: 'number' });
const id = (table: Table): Term => number(table, `${table}.id`);
const walk = (...terms: readonly Term[]): { order: Order } => ({ order: { terms, walk: true } });
const sorted = (...terms: readonly Term[]): { order: Order } => ({ order: { terms, walk: false } });

const byName = [text('patient', 'patient.name_folded'), id('patient')] as const;
const byNumber = [text('patient', 'patient.id_folded'), id('patient')] as const;
const byStudyDate = [text('study', 'study.StudyDate'), text('study', 'study.StudyTime'), id('study')] as const;
const byModality = [text('series', 'series.Modality'), id('series')] as const;
const studiesOfPatient = [text('study', 'study.StudyDate'), id('study')] as const;
const imagesOfSeries = [number('image', 'image.instance_order'), id('image')] as const;

const patient: LevelColumns = {
  table: 'patient',
  parents: [],
  booleans: ['registered', 'temporary'],
  json: ['mergedFrom'],
  columns: {
    patient: { sql: 'patient.key' },
    PatientID: { sql: 'patient.PatientID', ...walk(...byNumber) },
    IssuerOfPatientID: { sql: 'patient.IssuerOfPatientID' },
    PatientName: { sql: 'patient.PatientName', ...walk(...byName) },
    PatientBirthDate: {
      sql: 'patient.PatientBirthDate',
      ...walk(text('patient', 'patient.PatientBirthDate'), id('patient')),
    },
    PatientSex: { sql: 'patient.PatientSex' },
    birthDatePrecision: { sql: 'patient.birth_date_precision', plain: true },
    ageYears: {
      sql: 'patient.age_years',
      ...walk(number('patient', 'coalesce(patient.age_years, -1)'), id('patient')),
    },
    ageOn: { sql: 'patient.age_on', ...sorted(text('patient', `coalesce(patient.age_on, '')`), id('patient')) },
    registered: { sql: 'patient.registered', type: 'number', plain: true },
    temporary: { sql: 'patient.temporary', type: 'number', plain: true },
    consent: { sql: 'patient.consent' },
    note: { sql: 'patient.note', plain: true },
    headshot: { sql: 'patient.headshot', ...sorted(text('patient', `coalesce(patient.headshot, '')`), id('patient')) },
    studies: { sql: 'patient.study_count', type: 'number' },
    series: { sql: 'patient.series_count', type: 'number' },
    images: { sql: 'patient.image_count', type: 'number' },
    lastStudyDate: {
      sql: 'patient.last_study_date',
      ...walk(text('patient', 'patient.last_study_date'), id('patient')),
    },
    changedAt: { sql: 'patient.changed_at', ...walk(text('patient', 'patient.changed_at'), id('patient')) },
    mergedFrom: {
      sql: `(SELECT json_group_array(json_object('patient', m.key, 'PatientID', m.PatientID, 'PatientName', m.PatientName))
        FROM (SELECT * FROM merged_patient AS g WHERE g.survivor_id = patient.id ORDER BY g.key) AS m)`,
      ...sorted(
        number('patient', '(SELECT count(*) FROM merged_patient AS g WHERE g.survivor_id = patient.id)'),
        id('patient'),
      ),
    },
  },
};

const study: LevelColumns = {
  table: 'study',
  parents: ['patient'],
  booleans: [],
  json: [],
  columns: {
    study: { sql: 'study.key' },
    patient: { sql: 'patient.key' },
    StudyInstanceUID: { sql: 'study.StudyInstanceUID', ...walk(text('study', 'study.StudyInstanceUID'), id('study')) },
    StudyDate: { sql: 'study.StudyDate', ...walk(...byStudyDate) },
    StudyTime: { sql: 'study.StudyTime' },
    StudyID: { sql: 'study.StudyID' },
    StudyDescription: { sql: 'study.StudyDescription' },
    AccessionNumber: { sql: 'study.AccessionNumber' },
    ReferringPhysicianName: { sql: 'study.ReferringPhysicianName' },
    InstitutionName: { sql: 'study.InstitutionName' },
    PatientID: { sql: 'patient.PatientID', ...walk(...byNumber, ...studiesOfPatient) },
    PatientName: { sql: 'patient.PatientName', ...walk(...byName, ...studiesOfPatient) },
    ModalitiesInStudy: {
      sql: `coalesce((SELECT group_concat(m.Modality, '\\') FROM (SELECT DISTINCT e.Modality FROM series AS e
        WHERE e.study_id = study.id AND e.Modality <> '' ORDER BY e.Modality) AS m), '')`,
    },
    clinic: { sql: '(SELECT c.key FROM clinic AS c WHERE c.id = study.clinic_id)' },
    series: { sql: 'study.series_count', type: 'number' },
    images: { sql: 'study.image_count', type: 'number' },
    cover: {
      sql: '(SELECT i.object FROM image AS i WHERE i.study_id = study.id AND i.has_pixels = 1 ORDER BY i.id LIMIT 1)',
    },
  },
};

const series: LevelColumns = {
  table: 'series',
  parents: ['study', 'patient'],
  booleans: [],
  json: [],
  columns: {
    seriesKey: { sql: 'series.key' },
    study: { sql: 'study.key' },
    patient: { sql: 'patient.key' },
    SeriesInstanceUID: {
      sql: 'series.SeriesInstanceUID',
      ...walk(text('series', 'series.SeriesInstanceUID'), id('series')),
    },
    StudyInstanceUID: { sql: 'study.StudyInstanceUID' },
    Modality: { sql: 'series.Modality', ...walk(...byModality) },
    SeriesNumber: {
      sql: 'series.SeriesNumber',
      ...sorted(
        number('series', 'CAST(series.SeriesNumber AS INTEGER)'),
        text('series', 'series.SeriesNumber'),
        id('series'),
      ),
    },
    SeriesDescription: { sql: 'series.SeriesDescription' },
    SeriesDate: { sql: 'series.SeriesDate' },
    SeriesTime: { sql: 'series.SeriesTime' },
    BodyPartExamined: { sql: 'series.BodyPartExamined' },
    Laterality: { sql: 'series.Laterality' },
    ProtocolName: { sql: 'series.ProtocolName' },
    Manufacturer: { sql: 'series.Manufacturer' },
    ManufacturerModelName: { sql: 'series.ManufacturerModelName' },
    StationName: { sql: 'series.StationName' },
    PatientID: { sql: 'patient.PatientID', ...walk(...byNumber, id('series')) },
    PatientName: { sql: 'patient.PatientName', ...walk(...byName, id('series')) },
    StudyDate: { sql: 'study.StudyDate', ...walk(...byStudyDate, id('series')) },
    source: { sql: 'series.source' },
    sourceRef: { sql: 'series.source_ref' },
    status: { sql: 'series.status' },
    statusMessage: { sql: 'series.statusMessage' },
    images: { sql: 'series.image_count', type: 'number' },
    cover: {
      sql: `(SELECT i.object FROM image AS i WHERE i.series_id = series.id AND i.has_pixels = 1
        ORDER BY i.instance_order, i.id LIMIT 1)`,
    },
  },
};

const image: LevelColumns = {
  table: 'image',
  parents: ['series', 'study', 'patient'],
  booleans: ['hasPixels', 'conflict'],
  json: [],
  columns: {
    image: { sql: 'image.object' },
    seriesKey: { sql: 'series.key' },
    study: { sql: 'study.key' },
    patient: { sql: 'patient.key' },
    SOPInstanceUID: { sql: 'image.SOPInstanceUID', ...walk(text('image', 'image.SOPInstanceUID'), id('image')) },
    SOPClassUID: { sql: 'image.SOPClassUID' },
    StudyInstanceUID: { sql: 'study.StudyInstanceUID' },
    SeriesInstanceUID: { sql: 'series.SeriesInstanceUID' },
    InstanceNumber: { sql: 'image.InstanceNumber', ...walk(...imagesOfSeries) },
    ContentDate: {
      sql: 'image.ContentDate',
      ...walk(text('image', 'image.ContentDate'), text('image', 'image.ContentTime'), id('image')),
    },
    ContentTime: { sql: 'image.ContentTime', plain: true },
    Modality: { sql: 'series.Modality', ...walk(...byModality, ...imagesOfSeries) },
    SeriesDescription: { sql: 'series.SeriesDescription' },
    StudyDate: { sql: 'study.StudyDate', ...walk(...byStudyDate, id('image')) },
    PatientID: { sql: 'patient.PatientID', ...walk(...byNumber, id('image')) },
    PatientName: { sql: 'patient.PatientName', ...walk(...byName, id('image')) },
    ImageType: { sql: 'image.ImageType' },
    NumberOfFrames: { sql: 'image.NumberOfFrames', type: 'number' },
    Rows: { sql: 'image.Rows', ...walk(number('image', 'coalesce(image.Rows, -1)'), id('image')) },
    Columns: { sql: 'image.Columns', ...walk(number('image', 'coalesce(image.Columns, -1)'), id('image')) },
    TransferSyntaxUID: { sql: 'image.TransferSyntaxUID' },
    bytes: { sql: 'image.bytes', type: 'number' },
    hasPixels: { sql: 'image.has_pixels', type: 'number', plain: true },
    kind: { sql: '(SELECT k.key FROM kind AS k WHERE k.id = image.kind_id)' },
    clinic: { sql: '(SELECT c.key FROM clinic AS c WHERE c.id = image.clinic_id)' },
    station: { sql: '(SELECT t.key FROM station AS t WHERE t.id = image.station_id)' },
    source: { sql: 'image.source', ...walk(text('image', 'image.source'), id('image')) },
    sourceRef: { sql: 'image.source_ref' },
    takenAt: { sql: 'image.taken_at', ...walk(text('image', `coalesce(image.taken_at, '')`), id('image')) },
    // Our own counter says in what order things came, not a clock that may have been set back.
    storedAt: { sql: 'image.stored_at', ...walk(id('image')) },
    storedBy: { sql: 'image.stored_by', ...walk(text('image', `coalesce(image.stored_by, '')`), id('image')) },
    arrival: { sql: 'image.id', ...walk(id('image')) },
    conflict: { sql: 'image.conflict', type: 'number', plain: true },
    fileName: { sql: 'image.file_name', ...walk(text('image', 'image.file_name COLLATE NOCASE'), id('image')) },
  },
};

/** What a row of a series with its patient and study has besides. */
const flatSeries: LevelColumns = {
  table: 'series',
  parents: ['study', 'patient'],
  booleans: ['registered'],
  json: [],
  columns: {
    ...series.columns,
    ...pick(patient.columns, ['IssuerOfPatientID', 'PatientBirthDate', 'PatientSex', 'registered', 'consent']),
    ...pick(study.columns, [
      'StudyTime',
      'StudyID',
      'StudyDescription',
      'AccessionNumber',
      'ReferringPhysicianName',
      'InstitutionName',
    ]),
  },
};

/** Columns of a table above, sorted by as such. */
function pick(columns: LevelColumns['columns'], names: readonly string[]): LevelColumns['columns'] {
  return Object.fromEntries(
    names.flatMap((name) => {
      const column = columns[name];
      return column ? [[name, { sql: column.sql, ...(column.type && { type: column.type }) }]] : [];
    }),
  );
}

export const LISTS: Readonly<Record<Listing, LevelColumns>> = { patient, study, series, image, flatSeries };

/** The table whose rows a list has. */
export function tableOf(list: Listing): Table {
  return LISTS[list].table;
}

/** The order for a property of the row; undefined when rows of this list have no such property. */
export function orderBy(list: Listing, property: string): Order | undefined {
  const { columns, table } = LISTS[list];
  const column = Object.hasOwn(columns, property) ? columns[property] : undefined;
  if (!column) return undefined;
  if (column.order) return column.order;
  const owner = TABLES.find((each) => column.sql.startsWith(`${each}.`)) ?? table;
  const value = column.type === 'number' ? number(owner, column.sql) : text(owner, column.sql);
  // What stands in a table above is walked along there, and then along what lies below each of its rows.
  if (owner !== table) return { terms: [value, id(owner), id(table)], walk: !isPlain(owner, column.sql) };
  if (column.sql.startsWith('(')) {
    const never = column.type === 'number' ? value : text(table, `coalesce(${column.sql}, '')`);
    return { terms: [never, id(table)], walk: false };
  }
  return { terms: [value, id(table)], walk: column.plain === undefined };
}

function isPlain(table: Table, sql: string): boolean {
  return Object.values(LISTS[table].columns).some((column) => column.sql === sql && column.plain === true);
}

/** Whether an order is the one in which the rows of a list came. */
export function isArrival(list: Listing, order: Order): boolean {
  return order.terms.length === 1 && order.terms[0]?.sql === `${tableOf(list)}.id`;
}

/** The id of a table's row as it is known in a row of the same table or of one below it. */
export function idColumn(from: Table, of: Table): string {
  return from === of ? `${from}.id` : `${from}.${of}_id`;
}

/** What to select for whole rows of a list, and from which tables. */
export function rowSelect(list: Listing): { readonly columns: string; readonly joins: string } {
  const { columns, parents, table } = LISTS[list];
  return {
    columns: Object.entries(columns)
      .map(([property, column]) => `${column.sql} AS "${property}"`)
      .join(', '),
    joins: parents.map((parent) => `CROSS JOIN ${parent} ON ${parent}.id = ${idColumn(table, parent)}`).join(' '),
  };
}

/** The tables above that terms speak of. */
export function joinsFor(list: Listing, terms: readonly Pick<Term, 'sql'>[]): string {
  const { parents, table } = LISTS[list];
  return parents
    .filter((parent) => terms.some((term) => term.sql.includes(`${parent}.`)))
    .map((parent) => ` CROSS JOIN ${parent} ON ${parent}.id = ${idColumn(table, parent)}`)
    .join('');
}
