import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/archive';
import { type CommandResult, runCommand } from '../fixtures/command-line';
import { instanceBytes, sha256Of, uidOf } from '../fixtures/instances';

/** An archive with two patients, two images each. */
async function filled(): Promise<{ run: (...args: string[]) => Promise<CommandResult>; images: readonly string[] }> {
  const folder = temporaryFolder();
  const archive = join(folder, 'archive');
  mkdirSync(join(folder, 'source'));
  const images: string[] = [];
  for (const seed of [1, 2, 3, 4]) {
    const bytes = instanceBytes({ seed, PatientID: seed <= 2 ? 'A-1' : 'B-2' });
    writeFileSync(join(folder, 'source', String(seed)), bytes);
    images.push(sha256Of(bytes));
  }
  await runCommand('import', join(folder, 'source'), '--archive', archive, '--json');
  return { run: (...args) => runCommand(...args, '--archive', archive, '--json'), images };
}

function answer(result: CommandResult): Record<string, unknown> {
  expect([result.code, result.stderr.includes('INTERNAL')]).toEqual([0, false]);
  return result.json() as Record<string, unknown>;
}

describe('the command line', () => {
  it('moves, undoes, and says why not', async () => {
    const { run } = await filled();
    const moved = answer(await run('move', '--patient', 'A-1', '--to', 'B-2', '--reason', 'mixed up'));
    expect(moved).toMatchObject({ images: 2, wholeStudies: 1, splitStudies: 0 });
    expect(answer(await run('find', '--match', 'PatientID=B-2')).total).toBe(4);
    expect((await run('verify', '--deep')).code).toBe(0);
    expect(answer(await run('move', '--undo', String(moved.act)))).toEqual({ images: 2 });
    expect(answer(await run('find', '--match', 'PatientID=B-2')).total).toBe(2);
    for (const [args, code] of [
      [['move', '--patient', 'A-1', '--to', 'B-2'], 'BAD_REQUEST'],
      [['move', '--to', 'B-2', '--reason', 'x'], 'BAD_REQUEST'],
      [['move', '--patient', 'A-1', '--to', 'nobody', '--reason', 'x'], 'NOT_FOUND'],
      [['move', '--undo', 'x'], 'BAD_REQUEST'],
      [['move', '--undo', String(moved.act)], 'MOVE_UNDONE'],
      [['move', '--patient', 'B-2', '--to', 'B-2', '--reason', 'x'], 'MOVE_SAME_PATIENT'],
    ] as const) {
      const result = await run(...args);
      expect([result.code, (result.json() as { error: { code: string } }).error.code]).toEqual([2, code]);
    }
  });

  it('changes attributes, shows versions and goes back', async () => {
    const { run, images } = await filled();
    const [first = ''] = images;
    const uid = uidOf('instance 1');
    const changed = answer(
      await run('modify', uid, '--set', 'StudyDescription=Knee=left', '--remove', 'PatientSex', '--reason', 'typo'),
    );
    expect(changed.images).toBe(1);
    const { rows } = answer(await run('versions', uid)) as { rows: { image: string; current: boolean }[] };
    expect(rows.map((row) => row.current)).toEqual([true, false]);
    expect(rows[1]?.image).toBe(first);
    expect(JSON.stringify((await run('show', uid)).json())).toContain('Knee=left');
    const back = answer(await run('versions', uid, '--revert', first, '--reason', 'was right'));
    expect(back).toMatchObject({ rows: [{ image: first, current: true }, { current: false }] });
    expect(
      answer(await run('modify', '--patient', 'B-2', '--set', 'PatientName=Other^Name', '--reason', 'x')).images,
    ).toBe(2);
    for (const [args, code] of [
      [['modify', uid, '--set', 'SOPInstanceUID=1.2', '--reason', 'x'], 'TAG_PROTECTED'],
      [['modify', uid, '--set', 'StudyInstanceUID=1.2', '--reason', 'x'], 'TAG_IS_UID'],
      [['modify', uid, '--set', 'PatientBirthDate=soon', '--reason', 'x'], 'TAG_VALUE'],
      [['modify', uid, '--set', 'Nothing=soon', '--reason', 'x'], 'BAD_REQUEST'],
      [['modify', uid, '--set', 'x', '--reason', 'x'], 'BAD_REQUEST'],
      [['modify', uid, '--set', 'PatientID=A-1', '--reason', 'x'], 'NOTHING_CHANGED'],
      [['modify', '--set', 'PatientID=A-1', '--reason', 'x'], 'BAD_REQUEST'],
      [['versions', uid, '--revert', 'f'.repeat(64), '--reason', 'x'], 'NOT_A_VERSION'],
      [['versions', '1.2.3'], 'NOT_FOUND'],
    ] as const) {
      const result = await run(...args);
      expect([args, result.code, (result.json() as { error: { code: string } }).error.code]).toEqual([args, 2, code]);
    }
  });

  it('merges and unmerges by number', async () => {
    const { run } = await filled();
    expect(answer(await run('merge', 'A-1', 'B-2', '--reason', 'same person'))).toMatchObject({
      PatientID: 'B-2',
      images: 4,
      mergedFrom: [{ PatientID: 'A-1' }],
    });
    expect(answer(await run('find', '--level', 'patient', '--match', 'PatientID=A-1')).total).toBe(1);
    expect((await run('merge', 'A-1', 'B-2', '--reason', 'again')).code).toBe(2);
    expect(answer(await run('unmerge', 'A-1'))).toMatchObject({ PatientID: 'A-1', images: 2 });
    for (const args of [
      ['unmerge', 'A-1'],
      ['unmerge', 'nobody'],
      ['merge', 'A-1'],
      ['merge', 'A-1', 'B-2'],
      ['unmerge'],
    ])
      expect((await run(...args)).code).toBe(2);
  });

  it('never takes a wildcard or an empty name for a choice of everything', async () => {
    const { run } = await filled();
    for (const option of ['--patient', '--study', '--series', '--image']) {
      for (const name of ['', option === '--study' ? '2.25.*' : '*']) {
        const result = await run('trash', 'add', option, name, '--reason', 'x');
        expect([option, name, result.code]).toEqual([option, name, 2]);
        expect(result.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
      }
    }
    expect((await run('tag', 'add', 'x', '--series', '')).code).toBe(2);
    expect(answer(await run('find', '--level', 'image')).total).toBe(4);
  });

  it('fills, lists, restores and empties the trash', async () => {
    const { run, images } = await filled();
    const added = answer(await run('trash', 'add', '--patient', 'A-1', '--reason', 'blurred'));
    expect(added.images).toBe(2);
    expect(answer(await run('trash', 'list'))).toMatchObject({ total: 2, rows: [{ reason: 'blurred' }, {}] });
    expect(answer(await run('trash', 'list', '--text', 'B-2')).total).toBe(0);
    expect(answer(await run('trash', 'restore', '--image', images[0] ?? ''))).toEqual({ images: 1 });
    expect(answer(await run('trash', 'restore', '--act', String(added.act)))).toEqual({ images: 1 });
    await run('trash', 'add', '--image', uidOf('instance 1'));
    expect(answer(await run('trash', 'empty', '--older-than', '0'))).toEqual({ images: 1 });
    expect((await run('verify', '--deep')).json()).toMatchObject({ objects: 3, missing: 0, orphaned: 0 });
    expect((await run('rebuild')).json()).toMatchObject({ images: 3 });
    for (const args of [
      ['trash'],
      ['trash', 'burn'],
      ['trash', 'add'],
      ['trash', 'empty'],
      ['trash', 'empty', '--older-than', 'x'],
      ['trash', 'restore', '--act', 'x'],
      ['trash', 'restore', '--image', images[0] ?? ''],
    ])
      expect((await run(...args)).code).toBe(2);
  });
});
