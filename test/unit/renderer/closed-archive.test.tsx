import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WireAnswer } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { ArchiveStatus } from '@shared/contract/archive';
import type { OutboxSummary } from '@shared/contract/sync';
import { adoptInfo, useAccess } from '../../../renderer/app/access';
import { noteChange } from '../../../renderer/app/changes';
import { useSession } from '../../../renderer/app/session';
import { sayError, useToasts } from '../../../renderer/app/toasts';
import { installBridge, ok, refused } from './bridge';

const EMPTY: ArchiveStatus = {
  archiveId: '00000000-0000-4000-8000-000000000001',
  path: '',
  format: 1,
  counts: { patients: 0, studies: 0, series: 0, images: 0, conflicts: 0 },
  bytes: 0,
  freeBytes: 0,
  lastVerify: null,
  recovered: { finished: 0, removed: 0, replayed: 0 },
  passedOver: [],
};
const NOTHING_WAITS: OutboxSummary = { waiting: 0, sending: 0, unproven: 0, refused: 0, parked: 0, blocked: 0 };

const codesShown = (): readonly unknown[] => useToasts.getState().toasts.map(({ code }) => code);

beforeEach(() => {
  useToasts.setState({ toasts: [] });
  useAccess.setState({ state: null, people: [], sitting: 0, owner: null });
});

describe('an archive that is being closed or replaced', () => {
  it('is no news where the window reads anew by itself; where a person asked, it is', async () => {
    vi.useFakeTimers();
    try {
      const asked: string[] = [];
      installBridge({
        'archive.status': () => {
          asked.push('status');
          return Promise.resolve(refused(asked.length === 1 ? 'ARCHIVE_CLOSED' : 'INDEX_DAMAGED'));
        },
      });
      noteChange();
      await vi.runAllTimersAsync();
      expect(asked).toHaveLength(1);
      expect(codesShown()).toEqual([]);
      sayError(new FieldboxError('ARCHIVE_CLOSED'));
      expect(codesShown()).toEqual(['ARCHIVE_CLOSED']);
      noteChange();
      await vi.runAllTimersAsync();
      expect(codesShown()).toEqual(['ARCHIVE_CLOSED', 'INDEX_DAMAGED']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves nothing of itself on the screens: what opens in its place is read anew', async () => {
    let path = '/first';
    const read: string[] = [];
    const none = (): Promise<WireAnswer> => Promise.resolve(ok({ rows: [] }));
    installBridge({
      'session.current': () => Promise.resolve(ok({ access: 'open', user: null, people: [], autoLockMinutes: null })),
      'clinics.list': none,
      'kinds.list': none,
      'stations.list': none,
      'users.list': none,
      'jobs.list': () => Promise.resolve(ok({ jobs: [] })),
      'outbox.summary': () => Promise.resolve(ok(NOTHING_WAITS)),
      'archive.status': () => {
        read.push(path);
        return Promise.resolve(ok({ ...EMPTY, path }));
      },
    });
    const adopt = (): Promise<void> =>
      adoptInfo({ version: '', electron: '', platform: '', archive: { state: 'open', path } });
    await adopt();
    const { sitting } = useAccess.getState();
    await adopt();
    expect(useAccess.getState().sitting).toBe(sitting);
    path = '/second';
    await adopt();
    expect([...new Set(read)]).toEqual(['/first', '/second']);
    expect(useSession.getState().status?.path).toBe('/second');
    expect(useAccess.getState().sitting).toBe(sitting + 1);
    expect(codesShown()).toEqual([]);
  });
});
