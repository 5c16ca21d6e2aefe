import { create } from 'zustand';
import type { ArchiveStatus } from '@shared/contract/archive';
import type { AppInfo, Settings } from '@shared/contract/desktop';
import type { ClinicRow, KindRow, StationRow } from '@shared/model/rows';
import { ask } from './api';
import { applyLanguage } from './i18n';
import { today } from './format';

/** What every screen shares: the app, this machine's settings, the archive's state and the clinic's vocabulary. */
interface Session {
  readonly ready: boolean;
  readonly info: AppInfo | null;
  readonly settings: Settings | null;
  readonly status: ArchiveStatus | null;
  readonly clinics: readonly ClinicRow[];
  readonly stations: readonly StationRow[];
  readonly kinds: readonly KindRow[];
}

export const useSession = create<Session>()(() => ({
  ready: false,
  info: null,
  settings: null,
  status: null,
  clinics: [],
  stations: [],
  kinds: [],
}));

function showTheme(theme: Settings['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Takes over settings as the main process holds them: language, direction and colours follow at once. */
export async function adoptSettings(settings: Settings): Promise<void> {
  showTheme(settings.theme);
  await applyLanguage(settings.language);
  useSession.setState({ settings });
}

/** Changes settings of this machine and shows the outcome. */
export async function changeSettings(changes: Partial<Settings>): Promise<void> {
  await adoptSettings(await ask('settings.set', changes));
}

/** Reads the archive's counts and free space again. */
export async function refreshStatus(): Promise<void> {
  useSession.setState({ status: await ask('archive.status', {}) });
}

/** Reads clinics, the stations of the day's clinic, and kinds again. */
export async function refreshVocabulary(): Promise<void> {
  const clinic = useSession.getState().settings?.clinic ?? null;
  const [clinics, kinds, stations] = await Promise.all([
    ask('clinics.list', {}),
    ask('kinds.list', {}),
    clinic === null ? Promise.resolve({ rows: [] }) : ask('stations.list', { clinic }),
  ]);
  useSession.setState({ clinics: clinics.rows, kinds: kinds.rows, stations: stations.rows });
}

/** Sets where we are today; `null` for both means: not asked again today. */
export async function pickDay(
  clinic: ClinicRow['clinic'] | null,
  station: StationRow['station'] | null,
): Promise<void> {
  await changeSettings({ clinic, station, pickedOn: today() });
  await refreshVocabulary();
}

/** Whether clinic and station have been asked for today. */
export function dayIsPicked(settings: Settings): boolean {
  return settings.pickedOn === today();
}
