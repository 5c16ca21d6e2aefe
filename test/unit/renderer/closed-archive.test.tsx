import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WireAnswer } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { ArchiveStatus } from '@shared/contract/archive';
import type { OutboxSummary } from '@shared/contract/sync';
import { PatientKey } from '@shared/model/ids';
import { adoptInfo, openOther, useAccess } from '../../../renderer/app/access';
import { useAnonymiseBasket } from '../../../renderer/app/anonymiseBasket';
import { noteChange } from '../../../renderer/app/changes';
import { useSession } from '../../../renderer/app/session';
import { useTarget } from '../../../renderer/app/target';
import { sayError, useToasts } from '../../../renderer/app/toasts';
import { watchTyping } from '../../../renderer/app/typed';
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
    const { read, open, close } = twoArchives();
    await open('/first');
    const { sitting } = useAccess.getState();
    await open('/first');
    expect(useAccess.getState().sitting).toBe(sitting);
    await open('/second');
    expect([...new Set(read)]).toEqual(['/first', '/second']);
    expect(useSession.getState().status?.path).toBe('/second');
    expect(useAccess.getState().sitting).toBe(sitting + 1);
    expect(codesShown()).toEqual([]);
    await close('/second');
  });

  it('leaves no choice of its patients and images for the one that opens next, and keeps it for itself', async () => {
    const { open, close } = twoArchives();
    const patient = PatientKey.parse('00000000-0000-4000-8000-000000000001');
    const basket = { patients: [patient] };
    await open('/first');
    useTarget.setState({ patient });
    useAnonymiseBasket.setState({ basket });
    await close('/first');
    await open('/first');
    expect([useTarget.getState().patient, useAnonymiseBasket.getState().basket]).toEqual([patient, basket]);
    await close('/first');
    await open('/second');
    expect([useTarget.getState().patient, useAnonymiseBasket.getState().basket]).toEqual([null, null]);
  });

  it('is not replaced while something is typed and not saved', async () => {
    const asked: string[] = [];
    const { open } = twoArchives({
      'dialog.archiveFolder': () => {
        asked.push('folder');
        return Promise.resolve(ok({ folder: null }));
      },
    });
    await open('/first');
    watchTyping();
    const field = document.createElement('input');
    document.body.append(field);
    field.value = 'Otieno';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await openOther();
    expect(asked).toEqual([]);
    expect(useToasts.getState().toasts).toMatchObject([{ tone: 'warning' }]);
    field.remove();
    await openOther();
    expect(asked).toEqual(['folder']);
  });
});

/** The app with one archive after the other in its window. */
function twoArchives(more: Parameters<typeof installBridge>[0] = {}) {
  let path = '';
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
    ...more,
  });
  const app = { version: '', electron: '', platform: '' };
  return {
    read,
    open: (at: string): Promise<void> => {
      path = at;
      return adoptInfo({ ...app, archive: { state: 'open', path } });
    },
    close: (at: string): Promise<void> =>
      adoptInfo({ ...app, archive: { state: 'closed', path: at, error: { code: 'ARCHIVE_CLOSED', details: {} } } }),
  };
}
