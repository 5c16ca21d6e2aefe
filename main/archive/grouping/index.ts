import type { Handlers } from '@shared/contract';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { FormKey } from '@shared/model/ids';
import { rowByKey } from '../catalog/rows';
import type { EngineContext } from '../context';
import { requireReportLeaves } from '../forms/give-out';
import { listEntries, listForms } from '../forms/rows';
import { idOf } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import { requireResultLeaves } from '../results/give-out';
import { newestResult } from '../results/rows';
import { findSeriesAt, patientAt, seriesAt, seriesOfStudyAt, studiesAt, studyAt } from './addressed';
import { createProjects, type ProjectVerb } from './projects';

type GroupedVerb =
  | 'grouped.patient'
  | 'grouped.studies'
  | 'grouped.study'
  | 'grouped.seriesOfStudy'
  | 'grouped.series'
  | 'grouped.dicom'
  | 'grouped.results'
  | 'grouped.entries'
  | 'grouped.addEntry'
  | 'grouped.identifiers';
export type GroupingVerb = ProjectVerb | 'series.setStatus' | GroupedVerb;

/** Everything a series can have in reports; more are never filled in. */
const ALL_ENTRIES = { limit: 1000, offset: 0 };
/** What these give goes to whoever asks as the archive API does. */
const OVER_THE_API = { purpose: 'hub', recipient: 'archive API' } as const;

/**
 * Projects and archives above patients, the state of series, and the archive as the archive API v1 addresses it: by the names
 * of project and archive, the number of the patient and UIDs. `others` are the verbs these rest on.
 */
export function createGrouping(
  ctx: EngineContext,
  others: Handlers<'export.start' | 'entries.save'>,
): Handlers<GroupingVerb> {
  const { db } = ctx;
  const inTurn = oneAfterTheOther();
  return {
    ...createProjects(ctx, inTurn),
    'series.setStatus': ({ series, status, message }) =>
      inTurn(async () => {
        for (const key of series)
          if (idOf(db, 'series', key) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'series' });
        await ctx.commit([{ type: 'series.statusSet', body: { series, status, message } }]);
        return {};
      }),
    'grouped.patient': async (at) => Promise.resolve(patientAt(db, at)),
    'grouped.studies': async (at) => Promise.resolve({ rows: studiesAt(db, at) }),
    'grouped.study': async (at) => Promise.resolve(studyAt(db, at)),
    'grouped.seriesOfStudy': async (at) => Promise.resolve({ rows: seriesOfStudyAt(db, at) }),
    'grouped.series': async (at) => Promise.resolve(seriesAt(db, at)),
    'grouped.dicom': async ({ target, ...at }) => {
      const { key, image } = findSeriesAt(db, at);
      const nothing = { patients: [], studies: [], series: [], images: [], clinicDays: [] };
      const selection = image === null ? { ...nothing, series: [key] } : { ...nothing, images: [image] };
      try {
        return await others['export.start']({
          selection,
          form: 'originals',
          container: 'zip',
          target,
          dicomOnly: true,
        });
      } catch (thrown) {
        const error = asFieldboxError(thrown);
        throw error.code === 'EXPORT_NOTHING' ? new FieldboxError('GROUPED_NO_DICOM', {}, error) : error;
      }
    },
    'grouped.results': async ({ Type, Results, ...at }) => {
      const { key, image } = findSeriesAt(db, at);
      const names = [...new Set(Results.split(',').map((name) => name.trim()))].filter((name) => name !== '');
      const rows = names.map((name) => {
        const row = newestResult(db, { series: key, image, type: Type, name });
        if (!row) throw new FieldboxError('RESULT_NOT_FOUND', { name });
        return row;
      });
      if (rows.length === 0) throw new FieldboxError('RESULT_NOT_FOUND', { name: Results });
      for (const row of rows) requireResultLeaves(ctx, row, OVER_THE_API);
      const plain = rows.flatMap(({ name, algorithm, value }) =>
        value.kind === 'file' ? [] : [{ name, algorithm, value: value.kind === 'number' ? value.number : value.text }],
      );
      const files = rows.filter(({ value }) => value.kind === 'file').map(({ result }) => result);
      return Promise.resolve({ plain, files, keys: rows.map(({ result }) => result) });
    },
    'grouped.entries': async ({ language, ...at }) => {
      const { key } = findSeriesAt(db, at);
      requireReportLeaves(ctx, key, OVER_THE_API);
      const { rows } = listEntries(db, { series: key, state: 'finished', removed: false }, ALL_ENTRIES, language);
      return Promise.resolve({ rows: rows.reverse() });
    },
    'grouped.addEntry': async ({ FormName, FormSubmission, language, ...at }) => {
      const { key } = findSeriesAt(db, at);
      const form = formNamed(ctx, FormName);
      return others['entries.save']({
        entry: null,
        saves: 0,
        form,
        series: key,
        state: 'finished',
        values: FormSubmission,
        language,
      });
    },
    'grouped.identifiers': async ({ image }) => {
      const row = rowByKey(db, 'image', image);
      if (!row) throw new FieldboxError('NOT_FOUND', { what: 'image' });
      const { PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = row;
      return Promise.resolve({ PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID });
    },
  };
}

/** The form of this name that is in use. Throws FORM_NOT_FOUND. */
function formNamed(ctx: EngineContext, name: string): FormKey {
  const form = listForms(ctx.db).find((row) => row.active && row.name === name);
  if (!form) throw new FieldboxError('FORM_NOT_FOUND', { name });
  return form.form;
}
