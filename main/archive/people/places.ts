import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { ClinicKey, StationKey } from '@shared/model/ids';
import type { ClinicRow, StationRow } from '@shared/model/rows';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { requireDay } from './dates';
import type { InTurn } from './in-turn';

export type PlaceVerb =
  | 'clinics.list'
  | 'clinics.onDay'
  | 'clinics.create'
  | 'clinics.update'
  | 'stations.list'
  | 'stations.create'
  | 'stations.update';

const CLINIC = `SELECT key AS clinic, name, place, first_day AS firstDay, last_day AS lastDay,
  (SELECT count(*) FROM image WHERE image.clinic_id = clinic.id) AS images FROM clinic`;
const STATION = `SELECT station.key AS station, clinic.key AS clinic, station.name, station.active FROM station
  JOIN clinic ON clinic.id = station.clinic_id`;

/** Clinics (events with a place and days) and the stations in them. */
export function createPlaces(ctx: EngineContext, inTurn: InTurn): Handlers<PlaceVerb> {
  const { db } = ctx;
  const clinicRow = (key: string): ClinicRow => {
    const row = statement(db, `${CLINIC} WHERE key = ?`).get(key) as ClinicRow | undefined;
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'clinic' });
    return row;
  };
  const sameClinic = ({ name, place, firstDay, lastDay }: ClinicInput): ClinicRow | undefined => {
    const sameDays = statement(db, `${CLINIC} WHERE first_day = ? AND last_day = ? ORDER BY id`).all(
      firstDay,
      lastDay,
    ) as ClinicRow[];
    return sameDays.find((row) => foldText(row.name) === foldText(name) && foldText(row.place) === foldText(place));
  };
  const stationsOf = (clinic: string): StationRow[] => {
    const rows = statement(db, `${STATION} WHERE clinic.key = ? ORDER BY station.name, station.id`).all(
      clinic,
    ) as RawStation[];
    return rows.map(stationOf);
  };
  const stationRow = (key: string): StationRow => {
    const row = statement(db, `${STATION} WHERE station.key = ?`).get(key) as RawStation | undefined;
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'station' });
    return stationOf(row);
  };
  const saveClinic = async (clinic: ClinicKey, input: ClinicInput): Promise<ClinicRow> => {
    requireDay(input.firstDay, 'firstDay');
    requireDay(input.lastDay, 'lastDay');
    if (input.lastDay < input.firstDay) throw new FieldboxError('BAD_REQUEST', { what: 'lastDay' });
    const { name, place, firstDay, lastDay } = input;
    await ctx.commit([{ type: 'clinic.saved', body: { clinic, name, place, firstDay, lastDay } }]);
    return clinicRow(clinic);
  };
  const saveStation = async (row: StationRow): Promise<StationRow> => {
    const { station, clinic, name, active } = row;
    const same = stationsOf(clinic).some(
      (other) => other.station !== station && foldText(other.name) === foldText(name),
    );
    if (same) throw new FieldboxError('BAD_REQUEST', { what: 'name' });
    await ctx.commit([{ type: 'station.saved', body: { station, clinic, name, active } }]);
    return stationRow(station);
  };

  return {
    'clinics.list': async () => {
      const rows = statement(db, `${CLINIC} ORDER BY first_day DESC, name, id`).all() as ClinicRow[];
      return Promise.resolve({ rows });
    },
    'clinics.onDay': async ({ day }) => {
      const found = statement(
        db,
        `${CLINIC} WHERE first_day <= @day AND last_day >= @day ORDER BY first_day, id LIMIT 1`,
      ).get({ day }) as ClinicRow | undefined;
      if (!found) throw new FieldboxError('NOT_FOUND', { what: 'clinic' });
      return Promise.resolve(found);
    },
    'clinics.create': (input) =>
      inTurn(async () => sameClinic(input) ?? saveClinic(ClinicKey.parse(randomUUID()), input)),
    'clinics.update': ({ clinic, changes }) => inTurn(() => saveClinic(clinicRow(clinic).clinic, changes)),
    'stations.list': async ({ clinic }) => Promise.resolve({ rows: stationsOf(clinic) }),
    'stations.create': ({ clinic, name }) =>
      inTurn(() =>
        saveStation({ station: StationKey.parse(randomUUID()), clinic: clinicRow(clinic).clinic, name, active: true }),
      ),
    'stations.update': ({ station, name, active }) =>
      inTurn(() => saveStation({ ...stationRow(station), name, active })),
  };
}

interface ClinicInput {
  readonly name: string;
  readonly place: string;
  readonly firstDay: string;
  readonly lastDay: string;
}

type RawStation = Omit<StationRow, 'active'> & { readonly active: number };

function stationOf(row: RawStation): StationRow {
  return { ...row, active: row.active === 1 };
}
