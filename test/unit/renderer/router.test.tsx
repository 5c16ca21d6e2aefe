import { beforeEach, describe, expect, it } from 'vitest';
import { ExportKey, ImportSessionKey, PatientKey, SeriesKey, StudyKey } from '@shared/model/ids';
import { currentRoute, formatRoute, navigate, parseRoute, useRouter } from '../../../renderer/app/router';
import type { Route } from '../../../renderer/app/router';

const patient = PatientKey.parse('00000000-0000-4000-8000-000000000001');
const study = StudyKey.parse('0123456789abcdef0123456789abcdef');
const series = SeriesKey.parse('fedcba9876543210fedcba9876543210');

describe('the address of a screen', () => {
  const routes: readonly Route[] = [
    { screen: 'day' },
    { screen: 'patients' },
    { screen: 'register' },
    { screen: 'register', name: 'Ana & García = حسن' },
    { screen: 'patient', patient },
    { screen: 'edit', patient },
    { screen: 'images' },
    { screen: 'images', level: 'series', study },
    { screen: 'images', level: 'images', series },
    { screen: 'capture' },
    { screen: 'import' },
    { screen: 'import', session: ImportSessionKey.parse(patient) },
    { screen: 'export', exportKey: ExportKey.parse(patient) },
    { screen: 'settings' },
    { screen: 'help' },
    { screen: 'viewer' },
  ];

  it.each(routes)('$screen is read as it was written', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('leads to the patients when it makes no sense', () => {
    for (const hash of ['', '#', '#/nowhere', '#/patient', '#/patient?patient=../../etc', '#/edit?patient=1']) {
      expect(parseRoute(hash)).toEqual({ screen: 'patients' });
    }
    expect(parseRoute('#/images?study=<script>&level=all')).toEqual({ screen: 'images' });
  });
});

describe('going from screen to screen', () => {
  beforeEach(() => {
    navigate({ screen: 'patients' }, { replace: true });
  });

  const go = (route: Route): void => {
    navigate(route);
    window.dispatchEvent(new Event('hashchange'));
  };

  it('keeps the screen that lies under the viewer', () => {
    go({ screen: 'images', level: 'images', series });
    go({ screen: 'viewer' });
    expect(currentRoute()).toEqual({ screen: 'viewer' });
    expect(useRouter.getState().beneath).toEqual({ screen: 'images', level: 'images', series });
    go({ screen: 'settings' });
    expect(useRouter.getState().beneath).toEqual({ screen: 'settings' });
  });

  it('may take the place of the screen before', () => {
    const length = window.history.length;
    navigate({ screen: 'patient', patient }, { replace: true });
    expect(currentRoute()).toEqual({ screen: 'patient', patient });
    expect(window.history.length).toBe(length);
  });
});
