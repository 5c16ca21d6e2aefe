import type { Database } from 'better-sqlite3';
import type { ImageRow } from '@shared/model/rows';
import { statement } from '../index-writer/statements';
import { rowsOf } from './rows';

interface Slice {
  readonly id: number;
  readonly instance_order: number;
  readonly InstanceNumber: string;
  readonly position: string | null;
  readonly orientation: string | null;
}

/**
 * All images of a series in the order in which they are scrolled: along the normal of their common orientation when all say
 * where they lie (PS3.3 C.7.6.2.1.1), else by Instance Number when all have one, else as they arrived.
 * Undefined when there is no such series.
 */
export function stackOf(db: Database, seriesKey: string): ImageRow[] | undefined {
  const series = statement(db, 'SELECT id FROM series WHERE key = ?').get(seriesKey) as { id: number } | undefined;
  if (!series) return undefined;
  const slices = statement(
    db,
    `SELECT id, instance_order, InstanceNumber, json_extract(attributes, '$.ImagePositionPatient') AS position,
       json_extract(attributes, '$.ImageOrientationPatient') AS orientation
     FROM image WHERE series_id = ?`,
  ).all(series.id) as Slice[];
  return rowsOf(
    db,
    'image',
    inOrder(slices).map((slice) => slice.id),
  );
}

function inOrder(slices: readonly Slice[]): readonly Slice[] {
  const distances = alongNormal(slices);
  if (distances) {
    return [...slices].sort(
      (a, b) =>
        (distances.get(a.id) ?? 0) - (distances.get(b.id) ?? 0) || a.instance_order - b.instance_order || a.id - b.id,
    );
  }
  const numbered = slices.every((slice) => slice.InstanceNumber !== '');
  return [...slices].sort((a, b) => (numbered ? a.instance_order - b.instance_order : 0) || a.id - b.id);
}

/** Cosine between normals above which slices count as parallel: about two and a half degrees. */
const PARALLEL = 0.999;
/** Millimetres; nearer ones lie at the same place. */
const SAME_PLACE = 1e-3;

/** Distance of each slice along the common normal; undefined when there is none or all lie at one place. */
function alongNormal(slices: readonly Slice[]): ReadonlyMap<number, number> | undefined {
  const first = normalOf(numbers(slices[0]?.orientation));
  if (!first || slices.length < 2) return undefined;
  const distances = new Map<number, number>();
  for (const slice of slices) {
    const position = numbers(slice.position);
    const normal = normalOf(numbers(slice.orientation));
    if (position.length !== 3 || !normal || dot(normal, first) < PARALLEL) return undefined;
    distances.set(slice.id, dot(first, position));
  }
  const values = [...distances.values()];
  const least = values.reduce((a, b) => Math.min(a, b));
  return values.some((value) => value - least > SAME_PLACE) ? distances : undefined;
}

/** The cross product of the row and column directions, as a unit vector. */
function normalOf(orientation: readonly number[]): readonly number[] | undefined {
  if (orientation.length !== 6) return undefined;
  const [rx = 0, ry = 0, rz = 0, cx = 0, cy = 0, cz = 0] = orientation;
  const normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
  const length = Math.hypot(...normal);
  return length > 0.5 ? normal.map((part) => part / length) : undefined;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function numbers(text: string | null | undefined): readonly number[] {
  if (text === null || text === undefined) return [];
  const values = text.split('\\').map(Number);
  return values.every(Number.isFinite) ? values : [];
}
