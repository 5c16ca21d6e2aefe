import { FieldboxError } from '@shared/errors';
import type { Condition } from '@shared/model/classification';
import type { SeriesKey, SeriesTagKey, SeriesTypeKey, TagFilterKey } from '@shared/model/ids';
import { SeriesKey as SeriesKeySchema } from '@shared/model/ids';
import type { Engine } from '../archive/engine';
import { seriesByUID } from './lookup';
import { UsageError } from './usage';

/** Splits `list`, `add NAME` and the like; says which there are when it is none of them. */
export function verbOf<V extends string>(command: string, verbs: readonly V[], given: string | undefined): V {
  const found = verbs.find((verb) => verb === given);
  if (found === undefined) throw new UsageError(`Say what to do: ${command} ${verbs.join(', ')}.`);
  return found;
}

/** The one word that must stand behind the verb. */
export function oneName(what: string, words: readonly string[]): string {
  const [name, ...others] = words;
  if (name === undefined || name.trim() === '' || others.length > 0)
    throw new UsageError(`Say which ${what}: one name.`);
  return name;
}

function byName<T extends { readonly name: string }>(rows: readonly T[], name: string): T {
  const wanted = name.toLocaleLowerCase();
  const row = rows.find((each) => each.name.toLocaleLowerCase() === wanted);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: name });
  return row;
}

/** Throw NOT_FOUND. */
export async function tagNamed(engine: Engine, name: string): Promise<SeriesTagKey> {
  return byName((await engine.verbs['seriesTags.list']({ inUse: false })).rows, name).tag;
}
export async function typeNamed(engine: Engine, name: string): Promise<SeriesTypeKey> {
  return byName((await engine.verbs['seriesTypes.list']({})).rows, name).type;
}
export async function filterNamed(engine: Engine, name: string): Promise<TagFilterKey> {
  return byName((await engine.verbs['tagFilters.list']({})).rows, name).filter;
}

/** Series by their UID or the archive's own key; a UID that several patients have means all of them. Throws NOT_FOUND. */
export async function seriesMeant(engine: Engine, names: readonly string[]): Promise<SeriesKey[]> {
  if (names.length === 0) throw new UsageError('Say which series: --series UID');
  const keys: SeriesKey[] = [];
  for (const name of names) {
    const own = SeriesKeySchema.safeParse(name.toLowerCase());
    const rows = own.success ? [] : await seriesByUID(engine, name);
    if (!own.success && rows.length === 0) throw new FieldboxError('NOT_FOUND', { what: name });
    keys.push(...(own.success ? [own.data] : rows.map((row) => row.seriesKey)));
  }
  return keys;
}

const WRITTEN =
  /^(?:!(?<missing>.+)|(?<path>.+?)(?:(?<sign>\*=|\^=|~=|=)(?<value>.+)|(?<there>\?)|:(?<from>-?[\d.]*?)\.\.(?<to>-?[\d.]*)))$/s;
const SIGNS = { '=': 'equals', '*=': 'contains', '^=': 'startsWith', '~=': 'pattern' } as const;

/** A condition as it is written on the command line: PATH=V, PATH*=V, PATH^=V, PATH~=PATTERN, PATH:FROM..TO, PATH?, !PATH. */
export function conditionOf(text: string): Condition {
  const { missing, path = '', sign, value = '', there, from = '', to = '' } = WRITTEN.exec(text)?.groups ?? {};
  if (missing !== undefined) return { operator: 'missing', path: missing };
  if (path === '') throw new UsageError(`"${text}" is no condition. Write it like Modality=CT or PatientAge:0..17.`);
  if (there !== undefined) return { operator: 'exists', path };
  if (isSign(sign)) return { operator: SIGNS[sign], path, value };
  return { operator: 'range', path, from: numberOf(from, text), to: numberOf(to, text) };
}

function isSign(sign: string | undefined): sign is keyof typeof SIGNS {
  return sign !== undefined && Object.hasOwn(SIGNS, sign);
}

function numberOf(text: string, whole: string): number | null {
  if (text === '') return null;
  const number = Number(text);
  if (Number.isNaN(number)) throw new UsageError(`"${text}" in "${whole}" is no number.`);
  return number;
}

/** The same the other way round. */
export function conditionText(condition: Condition): string {
  switch (condition.operator) {
    case 'exists':
      return `${condition.path}?`;
    case 'missing':
      return `!${condition.path}`;
    case 'range':
      return `${condition.path}:${String(condition.from ?? '')}..${String(condition.to ?? '')}`;
    default:
      return condition.path + SIGN_OF[condition.operator] + condition.value;
  }
}

const SIGN_OF = { equals: '=', contains: '*=', startsWith: '^=', pattern: '~=' } as const;
