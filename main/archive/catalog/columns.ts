import type { Level } from '@shared/model/vocabulary';

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
  /** How to sort by it; without it by the value itself, which no index helps with. */
  readonly order?: Order;
  readonly type?: 'number';
}

export interface LevelColumns {
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
    birthDatePrecision: { sql: 'patient.birth_date_precision' },
    ageYears: {
      sql: 'patient.age_years',
      ...sorted(number('patient', 'coalesce(patient.age_years, -1)'), id('patient')),
    },
    ageOn: { sql: 'patient.age_on' },
    registered: { sql: 'patient.registered', type: 'number' },
    temporary: { sql: 'patient.temporary', type: 'number' },
    consent: { sql: 'patient.consent' },
    note: { sql: 'patient.note' },
    headshot: { sql: 'patient.headshot' },
    studies: { sql: '(SELECT count(*) FROM study AS s WHERE s.patient_id = patient.id)', type: 'number' },
    series: { sql: '(SELECT count(*) FROM series AS e WHERE e.patient_id = patient.id)', type: 'number' },
    images: { sql: '(SELECT count(*) FROM image AS i WHERE i.patient_id = patient.id)', type: 'number' },
    lastStudyDate: {
      sql: 'patient.last_study_date',
      ...walk(text('patient', 'patient.last_study_date'), id('patient')),
    },
    changedAt: { sql: 'patient.changed_at', ...walk(text('patient', 'patient.changed_at'), id('patient')) },
    mergedFrom: {
      sql: `(SELECT json_group_array(json_object('patient', m.key, 'PatientID', m.PatientID, 'PatientName', m.PatientName))
        FROM (SELECT * FROM merged_patient AS g WHERE g.survivor_id = patient.id ORDER BY g.key) AS m)`,
    },
  },
};

const study: LevelColumns = {
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
    series: { sql: '(SELECT count(*) FROM series AS e WHERE e.study_id = study.id)', type: 'number' },
    images: { sql: '(SELECT count(*) FROM image AS i WHERE i.study_id = study.id)', type: 'number' },
    cover: {
      sql: '(SELECT i.object FROM image AS i WHERE i.study_id = study.id AND i.has_pixels = 1 ORDER BY i.id LIMIT 1)',
    },
  },
};

const series: LevelColumns = {
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
    status: { sql: `coalesce((SELECT t.status FROM series_status AS t WHERE t.series = series.key), '')` },
    statusMessage: { sql: `coalesce((SELECT t.message FROM series_status AS t WHERE t.series = series.key), '')` },
    images: { sql: '(SELECT count(*) FROM image AS i WHERE i.series_id = series.id)', type: 'number' },
    cover: {
      sql: `(SELECT i.object FROM image AS i WHERE i.series_id = series.id AND i.has_pixels = 1
        ORDER BY i.instance_order, i.id LIMIT 1)`,
    },
  },
};

const image: LevelColumns = {
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
    InstanceNumber: { sql: 'image.InstanceNumber', ...sorted(...imagesOfSeries) },
    ContentDate: {
      sql: 'image.ContentDate',
      ...walk(text('image', 'image.ContentDate'), text('image', 'image.ContentTime'), id('image')),
    },
    ContentTime: { sql: 'image.ContentTime' },
    Modality: { sql: 'series.Modality', ...walk(...byModality, ...imagesOfSeries) },
    SeriesDescription: { sql: 'series.SeriesDescription' },
    StudyDate: { sql: 'study.StudyDate', ...walk(...byStudyDate, id('image')) },
    PatientID: { sql: 'patient.PatientID', ...walk(...byNumber, id('image')) },
    PatientName: { sql: 'patient.PatientName', ...walk(...byName, id('image')) },
    ImageType: { sql: 'image.ImageType' },
    NumberOfFrames: { sql: 'image.NumberOfFrames', type: 'number' },
    Rows: { sql: 'image.Rows', ...sorted(number('image', 'coalesce(image.Rows, -1)'), id('image')) },
    Columns: { sql: 'image.Columns', ...sorted(number('image', 'coalesce(image.Columns, -1)'), id('image')) },
    TransferSyntaxUID: { sql: 'image.TransferSyntaxUID' },
    bytes: { sql: 'image.bytes', type: 'number' },
    hasPixels: { sql: 'image.has_pixels', type: 'number' },
    kind: { sql: '(SELECT k.key FROM kind AS k WHERE k.id = image.kind_id)' },
    clinic: { sql: '(SELECT c.key FROM clinic AS c WHERE c.id = image.clinic_id)' },
    station: { sql: '(SELECT t.key FROM station AS t WHERE t.id = image.station_id)' },
    source: { sql: 'image.source', ...walk(text('image', 'image.source'), id('image')) },
    sourceRef: { sql: 'image.source_ref' },
    takenAt: { sql: 'image.taken_at', ...walk(text('image', `coalesce(image.taken_at, '')`), id('image')) },
    // Our own counter says in what order things came, not a clock that may have been set back.
    storedAt: { sql: 'image.stored_at', ...walk(id('image')) },
    storedBy: { sql: 'image.stored_by' },
    arrival: { sql: 'image.id', ...walk(id('image')) },
    conflict: { sql: 'image.conflict', type: 'number' },
    fileName: { sql: 'image.file_name' },
  },
};

export const LEVELS: Readonly<Record<Level, LevelColumns>> = { patient, study, series, image };

/** The order for a property of the row; undefined when rows of this level have no such property. */
export function orderBy(level: Level, property: string): Order | undefined {
  if (!Object.hasOwn(LEVELS[level].columns, property)) return undefined;
  const column = LEVELS[level].columns[property];
  if (!column) return undefined;
  if (column.order) return column.order;
  const value = column.type === 'number' ? number(level, column.sql) : text(level, `coalesce(${column.sql}, '')`);
  return { terms: [value, id(level)], walk: false };
}

/** The id of a table's row as it is known in a row of the same table or of one below it. */
export function idColumn(from: Table, of: Table): string {
  return from === of ? `${from}.id` : `${from}.${of}_id`;
}

/** What to select for whole rows of a level, and from which tables. */
export function rowSelect(level: Level): { readonly columns: string; readonly joins: string } {
  const { columns, parents } = LEVELS[level];
  return {
    columns: Object.entries(columns)
      .map(([property, column]) => `${column.sql} AS "${property}"`)
      .join(', '),
    joins: parents.map((parent) => `CROSS JOIN ${parent} ON ${parent}.id = ${idColumn(level, parent)}`).join(' '),
  };
}
