import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handlers } from '@shared/contract';
import type { EntryRow } from '@shared/contract/forms';
import { FieldboxError, type Language } from '@shared/errors';
import { type EntryKey, ImageId, type SeriesKey } from '@shared/model/ids';
import { uidFromHash } from '../../dicom/uids';
import type { PhotoPlace } from '../../imaging/photo-context';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { localTime, makeDocumentFrom } from '../ingest/made-from';
import { BUILTIN_KINDS } from '../people/builtin-kinds';
import type { InTurn } from '../people/in-turn';
import { factsOf } from '../release/facts';
import { mayLeave } from '../release/gate';
import { mayResultLeave } from '../results/give-out';
import { listResults } from '../results/rows';
import { revisionsOf } from './rows';

export type PrintVerb = 'entries.printable' | 'entries.keepDocument';

/** More pictures than this do not fit onto a report. */
const MOST_PICTURES = 6;
/** All that algorithms said of a series. */
const ALL_RESULTS = { limit: 1000, offset: 0 };
/** Reports stand behind the pictures of a study. */
const REPORT_SERIES_NUMBER = 9000;

/** Printing a report, and keeping what was printed in the study it is about. */
export function createPrinting(ctx: EngineContext, inTurn: InTurn): Handlers<PrintVerb> {
  return {
    'entries.printable': async ({ entry, language }) => {
      const row = finished(ctx, entry, language);
      const images = picturesOf(ctx, row.seriesKey);
      const release = { purpose: 'print', recipient: 'paper', person: actingUser() } as const;
      const leaving = images.filter((image) => mayLeave(factsOf(ctx.db, image), release).leaves);
      await ctx.commit([
        {
          type: 'log.noted',
          body: {
            code: 'REPORT_PRINTED',
            details: { name: row.formName },
            about: { patient: row.patient, series: row.seriesKey },
          },
        },
      ]);
      const found = listResults(ctx.db, { series: row.seriesKey, removed: false }, ALL_RESULTS).rows;
      const results = found.filter((result) => mayResultLeave(ctx, result, release).leaves);
      return {
        entry: row,
        images: leaving.slice(0, MOST_PICTURES),
        refused: images.length - leaving.length,
        results,
        resultsRefused: found.length - results.length,
      };
    },
    'entries.keepDocument': ({ entry, bytes, title }) =>
      inTurn(async () => ({
        image: await ctx.arrivals.during(() => keepDocument(ctx, finished(ctx, entry, 'en'), bytes, title)),
      })),
  };
}

/** The newest finished revision. Throws NOT_FOUND, ENTRY_NOT_FINISHED. */
function finished(ctx: EngineContext, entry: EntryKey, language: Language): EntryRow {
  const row = revisionsOf(ctx.db, entry, language).find(({ state }) => state === 'finished');
  if (!row) throw new FieldboxError('ENTRY_NOT_FINISHED');
  return row;
}

function picturesOf(ctx: EngineContext, series: SeriesKey): ImageId[] {
  const rows = statement(
    ctx.db,
    `SELECT image.object FROM image JOIN series ON series.id = image.series_id
     WHERE series.key = ? AND image.has_pixels = 1 ORDER BY image.instance_order, image.id`,
  ).all(series) as { object: string }[];
  return rows.map(({ object }) => ImageId.parse(object));
}

async function keepDocument(ctx: EngineContext, row: EntryRow, bytes: Uint8Array, title: string): Promise<ImageId> {
  const { incoming, objects } = ctx.paths;
  const kept = await ctx.pool.run('keepPdf', { bytes, incoming, objects });
  const source = ImageId.parse(kept.sha256);
  const context = { patient: row.patient, clinic: null, station: null, kind: BUILTIN_KINDS.document };
  const takenAt = localTime(ctx.now());
  const request = {
    context,
    group: row.entry,
    sourceSha256: source,
    kind: 'pdf',
    name: `${title}.pdf`,
    takenAt,
    modified: ctx.now(),
    place: placeOf(ctx, row, source),
  } as const;
  const made = await makeDocumentFrom(ctx, request).catch(async (error: unknown) => {
    await rm(join(incoming, source), { force: true });
    throw error;
  });
  const document = ImageId.parse(made.sha256);
  await ctx.commit(
    [
      {
        type: 'object.stored',
        body: {
          image: document,
          bytes: made.bytes,
          sourceObject: { sha256: source, bytes: kept.bytes },
          source: 'file',
          session: null,
          path: `${title}.pdf`,
          entry: '',
          ...context,
          takenAt,
        },
      },
      { type: 'entry.documented', body: { entry: row.entry, revision: row.revision, document } },
    ],
    [
      { sha256: source, bytes: kept.bytes, role: 'source' },
      { sha256: document, bytes: made.bytes, role: 'instance', attributes: made.attributes },
    ],
  );
  return document;
}

/** In the study of the series that is reported on; all printed revisions of a report are one series. */
function placeOf(ctx: EngineContext, row: EntryRow, source: ImageId): PhotoPlace {
  const study = statement(
    ctx.db,
    `SELECT StudyInstanceUID, StudyDate, StudyTime, StudyID, StudyDescription FROM study
     WHERE id = (SELECT study_id FROM series WHERE key = ?)`,
  ).get(row.seriesKey) as StudyColumns;
  const seed = (...parts: readonly string[]): string =>
    createHash('sha256')
      .update([ctx.archiveId, row.entry, ...parts].join('|'))
      .digest('hex');
  return {
    studyInstanceUID: study.StudyInstanceUID,
    seriesInstanceUID: uidFromHash(seed('report')),
    sopInstanceUID: uidFromHash(seed('report', source)),
    studyDate: study.StudyDate,
    studyTime: study.StudyTime,
    studyID: study.StudyID,
    studyDescription: study.StudyDescription,
    seriesNumber: REPORT_SERIES_NUMBER,
    instanceNumber: row.revision,
  };
}

interface StudyColumns {
  readonly StudyInstanceUID: string;
  readonly StudyDate: string;
  readonly StudyTime: string;
  readonly StudyID: string;
  readonly StudyDescription: string;
}
