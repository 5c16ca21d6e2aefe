import { describe, expect, it } from 'vitest';
import { issuesOf, newDraft } from '../../../renderer/features/destinations/draft';
import {
  certificateOf,
  inGroups,
  kindOrder,
  placeOf,
  withCertificate,
} from '../../../renderer/features/destinations/kinds';
import { standingOf } from '../../../renderer/features/outbox/transaction';
import { matchValue, rangeValue } from '../../../renderer/features/pacs/levels';
import { showSpan } from '../../../renderer/app/format';
import type { StateCounts } from '../../../shared/contract/sync';
import { RemoteKind } from '../../../shared/model/remotes/settings';

const none: StateCounts = { waiting: 0, sending: 0, arrived: 0, proven: 0, refused: 0, parked: 0, cancelled: 0 };

describe('a destination as it is typed', () => {
  it('offers every kind once', () => {
    expect([...kindOrder].sort()).toEqual([...RemoteKind.options].sort());
  });

  it('says which fields are not right', () => {
    const draft = newDraft('dimse');
    expect([...issuesOf(draft)].sort()).toEqual(['calledAETitle', 'host', 'name']);
    const settings = { ...draft.settings, host: 'pacs', calledAETitle: 'PACS' };
    expect(issuesOf({ ...draft, name: 'Radiology', settings }).size).toBe(0);
    const policy = { ...draft.policy, hours: { from: '8', to: '20:00' }, bytesPerSecond: 10 };
    expect([...issuesOf({ ...draft, name: 'Radiology', settings, policy })].sort()).toEqual([
      'policy.bytesPerSecond',
      'policy.hours.from',
    ]);
    expect(issuesOf(newDraft('dicomweb')).has('access.url')).toBe(true);
  });

  it.each(RemoteKind.options)(
    'keeps an accepted certificate where a %s has one, and shows no secret as its place',
    (kind) => {
      const { settings } = newDraft(kind);
      const accepted = withCertificate(settings, 'ab'.repeat(32));
      expect(certificateOf(accepted)).toBe(certificateOf(settings) === undefined ? undefined : 'ab'.repeat(32));
      expect(accepted.kind).toBe(kind);
      expect(typeof placeOf(settings)).toBe('string');
    },
  );

  it('shows a fingerprint in groups', () => {
    expect(inGroups('0a1b2c3d')).toBe('0A1B 2C3D');
  });
});

describe('a transaction in a word', () => {
  it.each([
    [{ waiting: 1, proven: 2 }, 'waiting'],
    [{ sending: 1, waiting: 1 }, 'moving'],
    [{ refused: 1, proven: 2 }, 'trouble'],
    [{ parked: 1 }, 'trouble'],
    [{ arrived: 1, proven: 2 }, 'arrived'],
    [{ proven: 3 }, 'proven'],
    [{ proven: 1, cancelled: 1 }, 'proven'],
    [{ cancelled: 3 }, 'cancelled'],
  ] as const)('%o is %s', (counts, standing) => {
    expect(standingOf({ counts: { ...none, ...counts }, total: 3 })).toBe(standing);
  });
});

describe('a question to a PACS', () => {
  it('looks for names anywhere, leaves wildcards of a person alone, and asks for modalities in capitals', () => {
    expect(matchValue('PatientName', ' Doe, Jane ')).toBe('*Doe*Jane*');
    expect(matchValue('PatientName', 'DOE^J*')).toBe('DOE^J*');
    expect(matchValue('StudyDescription', 'chest')).toBe('*chest*');
    expect(matchValue('ModalitiesInStudy', 'ct')).toBe('CT');
    expect(matchValue('PatientID', ' A 7 ')).toBe('A 7');
  });

  it('asks for a day, from a day on, until a day, or between two', () => {
    expect([rangeValue('', ''), rangeValue('20260101', '20260101')]).toEqual(['', '20260101']);
    expect([rangeValue('20260101', ''), rangeValue('', '20260131')]).toEqual(['20260101-', '-20260131']);
    expect(rangeValue('20260101', '20260131')).toBe('20260101-20260131');
  });
});

it('tells a span of time in the unit that reads best, rounded up', () => {
  expect([1, 42_000, 100_000, 3 * 3_600_000, 3 * 86_400_000].map(showSpan)).toEqual([
    '1 second',
    '42 seconds',
    '2 minutes',
    '3 hours',
    '3 days',
  ]);
});
