import type { QueryAnswer } from '@shared/contract/catalog';
import type { Listing } from '@shared/model/vocabulary';
import type { Terminal } from './terminal';
import { table } from './text';

/** Columns of the text form. */
const COLUMNS: Readonly<Record<Listing, readonly string[]>> = {
  patient: ['PatientID', 'PatientName', 'PatientBirthDate', 'PatientSex', 'studies', 'images', 'lastStudyDate'],
  study: [
    'StudyDate',
    'PatientID',
    'PatientName',
    'ModalitiesInStudy',
    'StudyDescription',
    'images',
    'StudyInstanceUID',
  ],
  series: ['StudyDate', 'PatientName', 'Modality', 'SeriesNumber', 'SeriesDescription', 'images', 'SeriesInstanceUID'],
  flatSeries: [
    'PatientID',
    'PatientName',
    'StudyDate',
    'StudyDescription',
    'Modality',
    'SeriesDescription',
    'images',
    'SeriesInstanceUID',
  ],
  image: ['StudyDate', 'PatientName', 'Modality', 'InstanceNumber', 'fileName', 'SOPInstanceUID'],
};

/** Writes a page of the catalogue: as JSON, or as a table with the number found and how to go on. */
export function answerPage(terminal: Terminal, page: QueryAnswer): void {
  const { level, total, totalIsExact, rows, next } = page;
  terminal.answer({ total, totalIsExact, rows, next }, () => {
    const columns = COLUMNS[level];
    const lines = rows.map((row) => {
      const cells = new Map<string, unknown>(Object.entries(row));
      return columns.map((column) => cell(cells.get(column)));
    });
    const more = next === null ? '' : `\nmore: --after ${next}`;
    return `${totalIsExact ? '' : 'about '}${String(total)} found\n\n${table([columns, ...lines])}${more}`;
  });
}

function cell(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
