import { create } from 'zustand';
import {
  AnonymisationRunId,
  ExportKey,
  ImportSessionKey,
  PatientKey,
  SeriesKey,
  StudyKey,
  EntryKey,
} from '@shared/model/ids';

/** The screens. What identifies a thing is in the route, so that going back and reloading work. */
export type Route =
  | { readonly screen: 'day' }
  | { readonly screen: 'patients' }
  | { readonly screen: 'register'; readonly name?: string }
  | { readonly screen: 'patient'; readonly patient: PatientKey }
  | { readonly screen: 'edit'; readonly patient: PatientKey }
  | {
      readonly screen: 'images';
      readonly level?: 'studies' | 'series' | 'images';
      readonly study?: StudyKey;
      readonly series?: SeriesKey;
    }
  | { readonly screen: 'capture' }
  | { readonly screen: 'import'; readonly session?: ImportSessionKey }
  | { readonly screen: 'export'; readonly exportKey?: ExportKey }
  | { readonly screen: 'anonymise'; readonly run?: AnonymisationRunId }
  /** Choosing to whom something is sent. */
  | { readonly screen: 'send' }
  /** A page of `features/sending`, and which of its things is open there. */
  | { readonly screen: 'sending'; readonly page?: string; readonly item?: string }
  /** A page of `features/manage`, and which of its things is open there. */
  | { readonly screen: 'manage'; readonly page?: string; readonly item?: string }
  /** Filling in a report on a series: a new one, or the one named. */
  | { readonly screen: 'report'; readonly series: SeriesKey; readonly entry?: EntryKey }
  | { readonly screen: 'printReport'; readonly entry: EntryKey }
  | { readonly screen: 'settings' }
  | { readonly screen: 'help' }
  | { readonly screen: 'viewer' };

const home = { screen: 'patients' } as const satisfies Route;

/** The route as the part of the address behind '#'. */
export function formatRoute(route: Route): string {
  const { screen, ...rest } = route;
  const query = new URLSearchParams(
    Object.entries(rest).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  const text = query.toString();
  return `#/${screen}${text ? `?${text}` : ''}`;
}

/** Reads an address; whatever is not understood leads to the patients. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(search);
  const patient = PatientKey.safeParse(query.get('patient'));
  switch (path) {
    case 'day':
    case 'capture':
    case 'settings':
    case 'help':
    case 'viewer':
    case 'send':
      return { screen: path };
    case 'register': {
      const name = query.get('name');
      return name ? { screen: path, name } : { screen: path };
    }
    case 'patient':
    case 'edit':
      return patient.success ? { screen: path, patient: patient.data } : home;
    case 'images': {
      const level = query.get('level');
      const study = StudyKey.safeParse(query.get('study'));
      const series = SeriesKey.safeParse(query.get('series'));
      return {
        screen: path,
        ...((level === 'studies' || level === 'series' || level === 'images') && { level }),
        ...(study.success && { study: study.data }),
        ...(series.success && { series: series.data }),
      };
    }
    case 'manage':
    case 'sending': {
      const page = query.get('page');
      const item = query.get('item');
      return { screen: path, ...(page && { page }), ...(item && { item }) };
    }
    case 'report': {
      const series = SeriesKey.safeParse(query.get('series'));
      const entry = EntryKey.safeParse(query.get('entry'));
      if (!series.success) return home;
      return { screen: path, series: series.data, ...(entry.success && { entry: entry.data }) };
    }
    case 'printReport': {
      const entry = EntryKey.safeParse(query.get('entry'));
      return entry.success ? { screen: path, entry: entry.data } : home;
    }
    case 'import': {
      const session = ImportSessionKey.safeParse(query.get('session'));
      return session.success ? { screen: path, session: session.data } : { screen: path };
    }
    case 'export': {
      const exportKey = ExportKey.safeParse(query.get('exportKey'));
      return exportKey.success ? { screen: path, exportKey: exportKey.data } : { screen: path };
    }
    case 'anonymise': {
      const run = AnonymisationRunId.safeParse(query.get('run'));
      return run.success ? { screen: path, run: run.data } : { screen: path };
    }
    default:
      return home;
  }
}

interface Place {
  readonly route: Route;
  /** The screen that stays under the viewer, with its scrolling and selection, and is there again when the viewer closes. */
  readonly beneath: Exclude<Route, { readonly screen: 'viewer' }>;
}

function arrive(hash: string, before?: Place): Place {
  const route = parseRoute(hash);
  return { route, beneath: route.screen === 'viewer' ? (before?.beneath ?? home) : route };
}

export const useRouter = create<Place>()(() => arrive(window.location.hash));

window.addEventListener('hashchange', () => useRouter.setState((before) => arrive(window.location.hash, before)));

/** Goes to a screen; the one before stays reachable by going back, unless `replace`. */
export function navigate(route: Route, options: { readonly replace?: boolean } = {}): void {
  const hash = formatRoute(route);
  if (hash === window.location.hash) return;
  if (options.replace) {
    window.history.replaceState(null, '', hash);
    useRouter.setState((before) => arrive(hash, before));
  } else {
    window.location.hash = hash;
  }
}

/** Goes back to where the person came from. */
export function goBack(): void {
  if (window.history.length > 1) window.history.back();
  else navigate(home);
}

export function currentRoute(): Route {
  return useRouter.getState().route;
}
