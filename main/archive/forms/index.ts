import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Handlers, Parsed } from '@shared/contract';
import type { EntryRow, FormRow } from '@shared/contract/forms';
import { FieldboxError } from '@shared/errors';
import { checkAgainst, checkDefinition, type FormDefinition } from '@shared/forms/definition';
import { checkEntry, type EntryState, type EntryValues, tidyEntry } from '@shared/forms/entry';
import { EntryKey, FormKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { idOf } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import { exportEntries } from './give-out';
import { createPrinting, type PrintVerb } from './print';
import { definitionsOf, getForm, listEntries, listForms, revisionsOf } from './rows';

export type FormVerb =
  | 'forms.list'
  | 'forms.get'
  | 'forms.save'
  | 'entries.save'
  | 'entries.list'
  | 'entries.get'
  | 'entries.remove'
  | 'entries.export'
  | PrintVerb;

/**
 * Report forms and the reports filled into them. A form that changes gets a new version; a report keeps the one it was filled
 * with, and a finished report is never changed but corrected by a new revision (docs/decisions/0013-forms-have-versions.md).
 */
export function createForms(ctx: EngineContext): Handlers<FormVerb> {
  const inTurn = oneAfterTheOther();
  return {
    'forms.list': async ({ all }) => Promise.resolve({ rows: listForms(ctx.db).filter((row) => all || row.active) }),
    'forms.get': async ({ form, version }) => Promise.resolve(getForm(ctx.db, form, version)),
    'forms.save': (input) => inTurn(() => saveForm(ctx, input)),
    'entries.save': (input) => inTurn(() => saveEntry(ctx, input)),
    'entries.list': async ({ limit, offset, language, ...filter }) =>
      Promise.resolve(listEntries(ctx.db, filter, { limit, offset }, language)),
    'entries.get': async ({ entry, language }) => Promise.resolve({ rows: revisionsOf(ctx.db, entry, language) }),
    'entries.remove': ({ entry, reason }) =>
      inTurn(async () => {
        const [row] = revisionsOf(ctx.db, entry, 'en');
        if (row.removed !== null) throw new FieldboxError('ENTRY_REMOVED_BEFORE');
        await ctx.commit([{ type: 'entry.removed', body: { entry, reason } }]);
        return {};
      }),
    'entries.export': (input) => exportEntries(ctx, input),
    ...createPrinting(ctx, inTurn),
  };
}

async function saveForm(ctx: EngineContext, input: Parsed<'forms.save'>): Promise<FormRow> {
  const { name, active, definition } = input;
  const before = input.form === null ? null : getForm(ctx.db, input.form);
  refuseTwin(ctx, input.form, name);
  const [wrong] = checkDefinition(definition);
  if (wrong) throw new FieldboxError('FORM_NOT_VALID', { ...wrong });
  const form = before?.form ?? FormKey.parse(randomUUID());
  const [unfit] = checkAgainst(definition, before === null ? [] : definitionsOf(ctx.db, form));
  if (unfit) throw new FieldboxError('FORM_DOES_NOT_FIT', { field: unfit.field });
  const version = nextVersion(before, definition);
  await ctx.commit([{ type: 'form.saved', body: { form, name, version, active, definition } }]);
  return getForm(ctx.db, form);
}

/** A new name, or taking a form out of use, asks nothing else and is no new version. */
function nextVersion(before: FormRow | null, definition: FormDefinition): number {
  if (before === null) return 1;
  return isDeepStrictEqual(before.definition, definition) ? before.version : before.version + 1;
}

function refuseTwin(ctx: EngineContext, form: FormKey | null, name: string): void {
  if (listForms(ctx.db).some((other) => other.form !== form && foldText(other.name) === foldText(name)))
    throw new FieldboxError('FORM_NAME_TAKEN', { name });
}

async function saveEntry(ctx: EngineContext, input: Parsed<'entries.save'>): Promise<EntryRow> {
  if (idOf(ctx.db, 'series', input.series) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'series' });
  const plan = input.entry === null ? newEntry(ctx, input.form) : changedEntry(ctx, { ...input, entry: input.entry });
  const { definition } = getForm(ctx.db, input.form, plan.formVersion);
  requireFitting(definition, input.values, input.state);
  const { form, series, state } = input;
  const values = tidyEntry(definition, input.values);
  await ctx.commit([{ type: 'entry.saved', body: { ...plan, form, series, state, values } }]);
  return revisionsOf(ctx.db, plan.entry, input.language)[0];
}

interface EntryPlan {
  readonly entry: EntryKey;
  readonly formVersion: number;
  readonly revision: number;
}

function newEntry(ctx: EngineContext, key: FormKey): EntryPlan {
  const form = getForm(ctx.db, key);
  if (!form.active) throw new FieldboxError('FORM_CLOSED');
  return { entry: EntryKey.parse(randomUUID()), formVersion: form.version, revision: 1 };
}

/** A draft is saved again; what is finished gets its next revision. */
function changedEntry(ctx: EngineContext, input: Parsed<'entries.save'> & { readonly entry: EntryKey }): EntryPlan {
  const [last] = revisionsOf(ctx.db, input.entry, 'en');
  if (last.removed !== null) throw new FieldboxError('ENTRY_REMOVED_BEFORE');
  if (last.form !== input.form || last.seriesKey !== input.series) throw new FieldboxError('ENTRY_ELSEWHERE');
  if (last.saves !== input.saves) throw new FieldboxError('ENTRY_CHANGED_MEANWHILE');
  return {
    entry: input.entry,
    formVersion: last.formVersion,
    revision: last.state === 'draft' ? last.revision : last.revision + 1,
  };
}

/** Throws ENTRY_NOT_VALID with the first thing that does not fit. */
function requireFitting(definition: FormDefinition, values: EntryValues, state: EntryState): void {
  const issues = checkEntry(definition, values, state);
  const [first] = issues;
  if (first) throw new FieldboxError('ENTRY_NOT_VALID', { ...first, count: issues.length });
}
