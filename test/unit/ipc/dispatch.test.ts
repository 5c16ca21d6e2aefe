import { describe, expect, it } from 'vitest';
import type { Handlers, VerbName } from '../../../shared/contract';
import { FieldboxError } from '../../../shared/errors';
import { createDispatcher } from '../../../main/ipc/dispatch';

/** A dispatcher whose verbs do what is given, whatever their types say: that is what it must stand. */
function dispatcher(handlers: Readonly<Record<string, (input: unknown) => unknown>>) {
  const faults: string[] = [];
  const answers = Object.fromEntries(
    Object.entries(handlers).map(([verb, run]) => [verb, (input: unknown) => Promise.resolve().then(() => run(input))]),
  );
  return {
    faults,
    dispatch: createDispatcher(answers as unknown as Handlers<VerbName>, (verb, error) =>
      faults.push(`${verb} ${error.code}`),
    ),
  };
}

describe('the bridge between window and archive', () => {
  it('hands over what the contract says, with what was left out filled in', async () => {
    let seen: unknown;
    const { dispatch } = dispatcher({ 'import.sessions': (input) => ((seen = input), { total: 0, rows: [] }) });
    expect(await dispatch('import.sessions', { unknown: 1 })).toEqual({ ok: true, value: { total: 0, rows: [] } });
    expect(seen).toEqual({ text: '', offset: 0, limit: 50 });
  });

  it.each([
    ['catalog.images', { limit: 'many' }, 'limit'],
    ['catalog.images', { limit: 1e9 }, 'limit'],
    ['catalog.image', { image: '../../etc/passwd' }, 'image'],
    ['catalog.image', undefined, 'catalog.image'],
    ['constructor', {}, 'verb'],
    ['__proto__', {}, 'verb'],
    [42, {}, 'verb'],
  ])('refuses %s with %j', async (verb, input, what) => {
    const { dispatch, faults } = dispatcher({});
    expect(await dispatch(verb, input)).toMatchObject({
      ok: false,
      error: { code: 'BAD_REQUEST', number: 1001, details: { what } },
    });
    expect(faults).toEqual([]);
  });

  it('does not let out what the contract does not know', async () => {
    const { dispatch } = dispatcher({ 'dialog.archiveFolder': () => ({ folder: null, secret: 'x' }) });
    expect(await dispatch('dialog.archiveFolder', {})).toEqual({ ok: true, value: { folder: null } });
  });

  it('tells an answer of the wrong shape as a fault of the program, and notes it', async () => {
    const { dispatch, faults } = dispatcher({ 'dialog.archiveFolder': () => ({ folder: 7 }) });
    expect(await dispatch('dialog.archiveFolder', {})).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(faults).toEqual(['dialog.archiveFolder INTERNAL']);
  });

  it('tells errors of the catalogue as they are, others without their text', async () => {
    const { dispatch, faults } = dispatcher({
      'jobs.cancel': () => {
        throw new FieldboxError('NOT_FOUND', { what: 'job' });
      },
      'jobs.list': () => {
        throw new Error('/home/nurse/Jane.jpg');
      },
    });
    const job = '11111111-1111-4111-8111-111111111111';
    expect(await dispatch('jobs.cancel', { job })).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND', details: { what: 'job' } },
    });
    expect(JSON.stringify(await dispatch('jobs.list', {}))).not.toContain('Jane');
    expect(faults).toEqual(['jobs.list INTERNAL']);
  });
});
