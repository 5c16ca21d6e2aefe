import type { Database } from 'better-sqlite3';
import type { Handlers } from '@shared/contract';
import type { DeviceMask, MaskState } from '@shared/contract/anonymisation';
import { FieldboxError } from '@shared/errors';
import type { Area, DeviceModel } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { InTurn } from '../people/in-turn';

const MASK = `SELECT Manufacturer, ManufacturerModelName, Modality, Rows, Columns, areas, name, saved_at AS savedAt FROM device_mask`;
/** Pictures of a device that are given to look at. */
const SAMPLES = 6;
const MODEL =
  'ManufacturerModelName = @ManufacturerModelName AND Manufacturer = @Manufacturer AND Modality = @Modality';

type Raw = DeviceModel & { readonly areas: string; readonly name: string; readonly savedAt: string };

/** What is kept for a device model in the size of a picture. */
export interface KeptAreas {
  readonly mask: MaskState;
  readonly areas: readonly Area[];
}

const NOTHING: KeptAreas = { mask: 'none', areas: [] };

/** Whether areas can be kept for it: pictures of unnamed devices have nothing in common but their size. */
export function isKnownDevice({ ManufacturerModelName }: DeviceModel): boolean {
  return ManufacturerModelName.trim() !== '';
}

/** The areas that are kept for a device, for exactly this size. */
export function keptAreas(db: Database, device: DeviceModel): KeptAreas {
  if (!isKnownDevice(device)) return NOTHING;
  const fitting = statement(db, `${MASK} WHERE ${MODEL} AND Rows = @Rows AND Columns = @Columns`).get(device) as
    Raw | undefined;
  if (fitting) return { mask: 'fits', areas: areasOf(fitting) };
  const other = statement(db, `${MASK} WHERE ${MODEL} LIMIT 1`).get(device);
  return other ? { mask: 'other-size', areas: [] } : NOTHING;
}

/** Throws ANONYMISE_AREA_OUTSIDE unless every area lies inside the picture. */
export function requireInside(areas: readonly Area[], { Rows, Columns }: Pick<DeviceModel, 'Rows' | 'Columns'>): void {
  for (const { x, y, width, height } of areas) {
    if (x + width > Columns || y + height > Rows)
      throw new FieldboxError('ANONYMISE_AREA_OUTSIDE', { rows: Rows, columns: Columns });
  }
}

type MaskVerb = 'anonymisation.masks' | 'anonymisation.saveMask' | 'anonymisation.removeMask';

/** Areas kept for device models: burned-in text stands at the same place in all pictures of one. */
export function createMasks(ctx: EngineContext, inTurn: InTurn): Handlers<MaskVerb> {
  const { db } = ctx;
  const known = (device: DeviceModel): Raw | undefined =>
    statement(db, `${MASK} WHERE ${MODEL} AND Rows = @Rows AND Columns = @Columns`).get(device) as Raw | undefined;
  const find = (device: DeviceModel): DeviceMask => {
    const row = known(device);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'mask' });
    return rowOf(db, row);
  };
  return {
    'anonymisation.masks': async () => {
      const rows = statement(
        db,
        `${MASK} ORDER BY name = '', name COLLATE NOCASE, Manufacturer, ManufacturerModelName, Modality, Rows, Columns`,
      ).all() as Raw[];
      return Promise.resolve({ rows: rows.map((row) => rowOf(db, row)) });
    },
    'anonymisation.saveMask': ({ device, areas, name }) =>
      inTurn(async () => {
        if (!isKnownDevice(device)) throw new FieldboxError('ANONYMISE_DEVICE_UNKNOWN');
        requireInside(areas, device);
        await ctx.commit([{ type: 'mask.saved', body: { device, areas, name: name ?? known(device)?.name ?? '' } }]);
        return find(device);
      }),
    'anonymisation.removeMask': ({ device }) =>
      inTurn(async () => {
        find(device);
        await ctx.commit([{ type: 'mask.removed', body: { device } }]);
        return {};
      }),
  };
}

function rowOf(db: Database, { areas, name, savedAt, ...device }: Raw): DeviceMask {
  return { device, name, areas: areasOf({ areas }), savedAt, samples: samplesOf(db, device) };
}

function areasOf({ areas }: Pick<Raw, 'areas'>): Area[] {
  // Written by the index from a record whose schema says what areas are.
  return JSON.parse(areas) as Area[];
}

/** The newest pictures of a device, in series whose first image is of it. */
function samplesOf(db: Database, device: DeviceModel): ImageId[] {
  const rows = statement(
    db,
    `SELECT image.object FROM series JOIN image ON image.series_id = series.id
     WHERE series.ManufacturerModelName = @ManufacturerModelName AND series.Manufacturer = @Manufacturer
       AND series.Modality = @Modality AND image.Rows = @Rows AND image.Columns = @Columns AND image.has_pixels = 1
       AND coalesce(json_extract(image.attributes, '$.ManufacturerModelName'), '') = @ManufacturerModelName
       AND coalesce(json_extract(image.attributes, '$.Manufacturer'), '') = @Manufacturer
     ORDER BY image.id DESC LIMIT ${String(SAMPLES)}`,
  ).all(device) as { object: ImageId }[];
  return rows.map(({ object }) => object);
}
