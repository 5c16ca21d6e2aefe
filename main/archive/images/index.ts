import { createHash } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import type { TakenImage } from '@shared/contract/images';
import { FieldboxError } from '@shared/errors';
import type { IntakeContext } from '@shared/contract/intake';
import type { ImageId } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { rowByKey } from '../catalog/rows';
import { saveFile } from '../export/save-file';
import { keepCapture } from '../ingest/capture';
import { idOf, statement } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import { base64Of, bytesOfBase64 } from './base64';
import { storedFile } from './stored-file';

type ImageVerb =
  'images.list' | 'images.newest' | 'images.base64' | 'images.keepBase64' | 'images.information' | 'images.saveCopy';

/** Someone is looking at the picture and waits. */
const WATCHED = 10;

const COLUMNS = `image.object AS image, image.id AS number, patient.key AS patient, clinic.key AS clinic, station.key AS station,
  kind.key AS kind, image.taken_at AS takenAt, image.stored_at AS storedAt, image.stored_by AS by`;
const FROM = `FROM image JOIN patient ON patient.id = image.patient_id LEFT JOIN clinic ON clinic.id = image.clinic_id
  LEFT JOIN station ON station.id = image.station_id LEFT JOIN kind ON kind.id = image.kind_id`;

/**
 * Pictures as systems ask for them that know patients, clinics, stations and kinds, and no studies; what can be said of one of
 * them, and taking it out as it is.
 */
export function createImages(ctx: EngineContext): Handlers<ImageVerb> {
  const inTurn = oneAfterTheOther();
  return {
    'images.list': async (input) => Promise.resolve(list(ctx, input)),
    'images.newest': async (input) => {
      const [newest] = list(ctx, { ...input, newestFirst: true, limit: 1, offset: 0 }).rows;
      if (!newest) throw new FieldboxError('NOT_FOUND', { what: 'image' });
      return Promise.resolve(newest);
    },
    'images.base64': ({ image, form }) => base64Of(ctx, image, form),
    'images.keepBase64': async ({ data, context, takenAt, device }) => {
      const bytes = bytesOfBase64(data);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return inTurn(async () => {
        const here = sameImage(ctx, sha256, context);
        if (here !== undefined) return { image: here };
        const moment = takenAt ?? ctx.now().toISOString();
        return { image: await keepCapture(ctx, { bytes, context, takenAt: moment, camera: device, source: 'api' }) };
      });
    },
    'images.information': async ({ image }) => {
      if (!rowByKey(ctx.db, 'image', image)) throw new FieldboxError('NOT_FOUND', { what: 'image' });
      const path = await ctx.objects.require(image);
      return { image, ...(await ctx.pool.run('pixelInformation', { path }, { priority: WATCHED })) };
    },
    'images.saveCopy': async ({ image, target, overwrite }) => {
      const row = rowByKey(ctx.db, 'image', image);
      if (!row) throw new FieldboxError('NOT_FOUND', { what: 'image' });
      const stored = await storedFile(ctx, image, 'file');
      const { bytes } = await saveFile(
        ctx,
        { path: stored.path, sha256: image, bytes: stored.bytes },
        target,
        overwrite,
      );
      const about = { patient: row.patient, study: row.study, series: row.seriesKey, image };
      await ctx.commit([{ type: 'log.noted', body: { code: 'IMAGE_COPIED', details: {}, about } }]);
      return { path: target, bytes };
    },
  };
}

const THINGS = ['patient', 'clinic', 'station', 'kind'] as const;

/** Column and number of each thing; the number is null for what is null. Throws NOT_FOUND for one that is not there. */
function whereOf(
  ctx: EngineContext,
  which: { readonly [K in keyof IntakeContext]?: IntakeContext[K] | undefined },
): [column: string, id: number | null][] {
  return THINGS.flatMap((table) => {
    const key = which[table];
    if (key === undefined) return [];
    const id = key === null ? null : idOf(ctx.db, table, key);
    if (id === undefined) throw new FieldboxError('NOT_FOUND', { what: table });
    return [[`image.${table}_id`, id]];
  });
}

/** The image made from these bytes for this person (or for nobody), place and kind. */
function sameImage(ctx: EngineContext, sha256: string, context: IntakeContext): ImageId | undefined {
  const nobody = `patient_id IN (SELECT id FROM patient WHERE registered = 0 AND PatientID = '' AND PatientName = '')`;
  const where = whereOf(ctx, context).map(([column, id]) => ({
    sql: column === 'image.patient_id' && id === null ? `${nobody} AND ? IS NULL` : `${column} IS ?`,
    id,
  }));
  const row = statement(
    ctx.db,
    `SELECT object AS image FROM image WHERE source_object = ? AND ${where.map(({ sql }) => sql).join(' AND ')} ORDER BY id`,
  ).get(sha256, ...where.map(({ id }) => id)) as { image: ImageId } | undefined;
  return row?.image;
}

function list(
  ctx: EngineContext,
  input: Omit<Parsed<'images.list'>, 'number'> & { readonly number?: number | undefined },
): { total: number; rows: TakenImage[] } {
  const conditions = whereOf(ctx, input);
  if (input.number !== undefined) conditions.push(['image.id', input.number]);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([column]) => `${column} = ?`).join(' AND ')}`;
  const values = conditions.map(([, value]) => value);
  const { total } = statement(ctx.db, `SELECT count(*) AS total FROM image ${where}`).get(...values) as {
    total: number;
  };
  const way = input.newestFirst ? 'DESC' : 'ASC';
  const order = `${input.order === 'taken' ? `coalesce(image.taken_at, '') ${way}, ` : ''}image.id ${way}`;
  const rows = statement(ctx.db, `SELECT ${COLUMNS} ${FROM} ${where} ORDER BY ${order} LIMIT ? OFFSET ?`).all(
    ...values,
    input.limit,
    input.offset,
  ) as TakenImage[];
  return { total, rows };
}
