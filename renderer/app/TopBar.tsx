import { Activity, Check, Languages, MapPin, Moon, ShieldCheck, Sun, SunMoon, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { Dialog, DialogTrigger, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Job } from '@shared/contract/archive';
import { Theme } from '@shared/model/vocabulary';
import { Button, IconButton } from '../components/Button';
import { JobProgress } from '../components/JobProgress';
import { cx } from './cx';
import { showBytes, showNumber, together } from './format';
import { languageNames, languages } from './i18n';
import { useJobs } from './jobs';
import { OutboxState } from './OutboxState';
import { PersonMenu } from './PersonMenu';
import { navigate } from './router';
import { changeSettings, useSession } from './session';
import { sayError } from './toasts';
import styles from './Shell.module.css';

/** Less than this much room on the archive's disk is told in the bar. */
const lowSpace = 2_000_000_000;

const set = (changes: Parameters<typeof changeSettings>[0]): void => {
  changeSettings(changes).catch(sayError);
};

/** Where we are today, what is running, how the archive stands, language and colours. */
export function TopBar() {
  return (
    <header className={cx(styles.bar)}>
      <DayChip />
      <span className={cx(styles.grow)} />
      <OutboxState />
      <RunningJobs />
      <ArchiveState />
      <LanguageMenu />
      <ThemeMenu />
      <PersonMenu />
    </header>
  );
}

function DayChip() {
  const { t } = useTranslation();
  const { settings, clinics, stations } = useSession();
  const clinic = clinics.find((row) => row.clinic === settings?.clinic);
  const station = stations.find((row) => row.station === settings?.station);
  const text = clinic ? together(clinic.name, station?.name ?? '') : t('day.noneToday');
  return (
    <div className={cx(styles.chip)}>
      <Button
        look="quiet"
        icon={MapPin}
        onPress={() => navigate({ screen: 'day' })}
        aria-label={t('day.change', { place: text })}
      >
        {text}
      </Button>
    </div>
  );
}

function RunningJobs() {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const running = Object.values(jobs).filter((job: Job) => job.state === 'running');
  if (running.length === 0) return null;
  return (
    <DialogTrigger>
      <Button icon={Activity} look="quiet">
        {t('jobs.running', { count: running.length })}
      </Button>
      <Popover className={cx(styles.menu)}>
        <Dialog className={cx(styles.jobs)} aria-label={t('jobs.title')}>
          {running.map((job) => (
            <JobProgress key={job.job} job={job} />
          ))}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function ArchiveState() {
  const { t } = useTranslation();
  const status = useSession((state) => state.status);
  if (!status) return null;
  const low = status.freeBytes < lowSpace;
  return (
    <span className={cx(styles.state)} data-tone={low ? 'warning' : 'success'} role="status">
      {low ? <TriangleAlert aria-hidden size={20} /> : <ShieldCheck aria-hidden size={20} />}
      {low
        ? t('archive.lowSpace', { free: showBytes(status.freeBytes) })
        : t('archive.stored', { count: status.counts.images, shown: showNumber(status.counts.images) })}
    </span>
  );
}

function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <MenuTrigger>
      <IconButton icon={Languages} label={t('settings.language')} />
      <Popover className={cx(styles.menu)}>
        <Menu
          aria-label={t('settings.language')}
          selectionMode="single"
          selectedKeys={[i18n.language]}
          onAction={(key) => {
            const language = languages.find((candidate) => candidate === key);
            if (language) set({ language });
          }}
        >
          {languages.map((language) => (
            <MenuItem key={language} id={language} className={cx(styles.menuItem)} textValue={languageNames[language]}>
              <span lang={language}>{languageNames[language]}</span>
              {i18n.language === language ? <Check aria-hidden size={18} /> : null}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function ThemeMenu() {
  const { t } = useTranslation();
  const theme = useSession((state) => state.settings?.theme ?? 'system');
  const icons: Readonly<Record<typeof theme, LucideIcon>> = { system: SunMoon, light: Sun, dark: Moon };
  const names: Readonly<Record<typeof theme, string>> = {
    system: t('settings.themeSystem'),
    light: t('settings.themeLight'),
    dark: t('settings.themeDark'),
  };
  return (
    <MenuTrigger>
      <IconButton icon={icons[theme]} label={t('settings.theme')} />
      <Popover className={cx(styles.menu)}>
        <Menu
          aria-label={t('settings.theme')}
          selectionMode="single"
          selectedKeys={[theme]}
          onAction={(key) => {
            const chosen = Theme.safeParse(key);
            if (chosen.success) set({ theme: chosen.data });
          }}
        >
          {Theme.options.map((option) => (
            <MenuItem key={option} id={option} className={cx(styles.menuItem)} textValue={names[option]}>
              {names[option]}
              {theme === option ? <Check aria-hidden size={18} /> : null}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
