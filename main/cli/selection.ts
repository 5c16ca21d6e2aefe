import type { ExportSelection } from '@shared/contract/release';
import { FieldboxError } from '@shared/errors';
import type { Engine } from '../archive/engine';
import { imagesNamed, patientsByNumber, seriesByUID, studiesByUID } from './lookup';

/** What a person names on the command line, level by level. */
export interface Named {
  readonly patient: readonly string[];
  readonly study: readonly string[];
  readonly series: readonly string[];
  readonly image: readonly string[];
}

/** Everything the names stand for. Throws NOT_FOUND for one that stands for nothing, before anything is done. */
export async function selectionOf(engine: Engine, named: Named): Promise<ExportSelection> {
  const all = async <T>(names: readonly string[], look: (name: string) => Promise<readonly T[]>): Promise<T[]> => {
    const found: T[] = [];
    for (const name of names) {
      const rows = await look(name);
      if (rows.length === 0) throw new FieldboxError('NOT_FOUND', { what: name });
      found.push(...rows);
    }
    return found;
  };
  return {
    patients: (await all(named.patient, (id) => patientsByNumber(engine, id))).map((row) => row.patient),
    studies: (await all(named.study, (uid) => studiesByUID(engine, uid))).map((row) => row.study),
    series: (await all(named.series, (uid) => seriesByUID(engine, uid))).map((row) => row.seriesKey),
    images: (await all(named.image, (uid) => imagesNamed(engine, uid))).map((row) => row.image),
    clinicDays: [],
  };
}
