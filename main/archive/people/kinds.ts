import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { KindKey } from '@shared/model/ids';
import type { KindRow } from '@shared/model/rows';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { isBuiltinKind } from './builtin-kinds';
import type { InTurn } from './in-turn';

export type KindVerb = 'kinds.list' | 'kinds.create' | 'kinds.update';

const KIND = 'SELECT key AS kind, code, name, active FROM kind';

/** Kinds of pictures: the built-in ones, which stay as they are, and the clinic's own. */
export function createKinds(ctx: EngineContext, inTurn: InTurn): Handlers<KindVerb> {
  const { db } = ctx;
  const list = (): KindRow[] => {
    const rows = statement(
      db,
      `${KIND} ORDER BY code IS NULL, CASE WHEN code IS NULL THEN name ELSE key END, id`,
    ).all();
    return (rows as RawKind[]).map((row) => ({ ...row, active: row.active === 1 }));
  };
  const save = async (kind: KindKey, name: string, active: boolean): Promise<KindRow> => {
    if (list().some((other) => other.kind !== kind && foldText(other.name) === foldText(name))) {
      throw new FieldboxError('BAD_REQUEST', { what: 'name' });
    }
    await ctx.commit([{ type: 'kind.saved', body: { kind, code: null, name, active } }]);
    return find(kind);
  };
  const find = (kind: KindKey): KindRow => {
    const row = list().find((each) => each.kind === kind);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'kind' });
    return row;
  };
  return {
    'kinds.list': async () => Promise.resolve({ rows: list() }),
    'kinds.create': ({ name }) => inTurn(() => save(KindKey.parse(randomUUID()), name, true)),
    'kinds.update': ({ kind, name, active }) =>
      inTurn(() => {
        find(kind);
        if (isBuiltinKind(kind)) throw new FieldboxError('BAD_REQUEST', { what: 'kind' });
        return save(kind, name, active);
      }),
  };
}

type RawKind = Omit<KindRow, 'active'> & { readonly active: number };
