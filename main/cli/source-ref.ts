import { FieldboxError } from '@shared/errors';
import type { SourceType } from '@shared/model/vocabulary';
import type { Engine } from '../archive/engine';

/** Which source of a type is meant: a watched folder is called by its name, others by what they call themselves. Throws NOT_FOUND. */
export async function sourceRefOf(engine: Engine, source: SourceType, name: string): Promise<string> {
  if (source !== 'watch' || name === '') return name;
  const { rows } = await engine.verbs['watch.list']({});
  const folder = rows.find((row) => row.watch === name || row.name.toLocaleLowerCase() === name.toLocaleLowerCase());
  if (!folder) throw new FieldboxError('NOT_FOUND', { what: name });
  return folder.watch;
}
