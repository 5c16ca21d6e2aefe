import { join } from 'node:path';
import { app, nativeTheme, powerMonitor, type BrowserWindow } from 'electron';
import type { EventName, EventPayload } from '@shared/contract';
import type { Job } from '@shared/contract/archive';
import { Settings } from '@shared/contract/desktop';
import type { FieldboxError, Language } from '@shared/errors';
import type { JobId } from '@shared/model/ids';
import { Language as LanguageSchema } from '@shared/model/vocabulary';
import { createDispatcher } from '../ipc/dispatch';
import { ArchiveSession } from './archive-session';
import { bindBridge, sendEvent } from './bridge';
import { DesktopSecrets } from './desktop-secrets';
import { watchFaults } from './faults';
import { openLog } from './log';
import { showMenu } from './menu';
import { registerScheme, serveScheme } from './protocol';
import { guardQuitting } from './quitting';
import { SettingsStore, storedSettings } from './settings-store';
import { traceOf } from './trace';
import { createDesktopVerbs } from './verbs';
import { openWindow } from './window';

export interface DesktopOptions {
  /** Folder of the built app, with preload/ and renderer/ in it. */
  readonly built: string;
  readonly version: string;
  /** Folder of the archive, instead of the one in the settings. */
  readonly archive?: string;
  readonly language?: string;
}

/** Starts the app with its window. Must be called before Electron is ready. */
export function startDesktop(options: DesktopOptions): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  // Chromium's own sandbox does not run as root (crbug 638180); whoever starts it so has said --no-sandbox.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerScheme();
  // What the system draws for us (menus, dialogs) follows the person's language and direction from the next start on.
  const { language } = storedSettings(settingsPath());
  if (language !== undefined) app.commandLine.appendSwitch('lang', language);
  app.setAppUserModelId('org.fieldbox.app');
  void app.whenReady().then(() => run(options));
}

function run(options: DesktopOptions): void {
  const userData = app.getPath('userData');
  const log = openLog(join(userData, 'logs', 'fieldbox.log'), options.version);
  const settings = openSettings(options);
  const language = (): Language => settings.get().language;
  watchFaults(log, language);
  log.info({ electron: process.versions.electron, platform: process.platform }, 'start');
  const running = new Map<JobId, Job>();
  let window: BrowserWindow | null = null;
  let unsaved = 0;

  const emit = <E extends EventName>(event: E, payload: EventPayload<E>): void => {
    if (window) sendEvent(window.webContents, event, payload);
  };
  const fault = (where: string, error: FieldboxError): void => {
    log.error({ where, code: error.code, cause: traceOf(error) }, 'fault');
  };
  const desktopInfo = () => verbs['app.info']({}).then((info) => emit('app.changed', info));
  const archive = new ArchiveSession({
    version: options.version,
    holder: 'Fieldbox',
    onEvent: (event, payload) => {
      if (event === 'job.changed') noteJob(payload as Job);
      emit(event, payload);
    },
    onChanged: () => {
      running.clear();
      void desktopInfo();
    },
    onFault: (error) => fault('archive', error),
    secrets: new DesktopSecrets(join(userData, 'secrets.json')),
  });
  powerMonitor.on('resume', () => archive.hint());
  const noteJob = (job: Job): void => {
    if (job.state === 'running') running.set(job.job, job);
    else running.delete(job.job);
    const [first] = running.values();
    window?.setProgressBar(first === undefined ? -1 : first.total > 0 ? first.done / first.total : 2);
  };
  const showLook = (): void => {
    showMenu(language());
    nativeTheme.themeSource = settings.get().theme;
  };
  const verbs = createDesktopVerbs({
    settings,
    archive,
    window: () => window,
    version: options.version,
    onLookChanged: showLook,
    onUnsaved: (pictures) => (unsaved = pictures),
  });

  showLook();
  serveScheme({
    pages: join(options.built, 'renderer'),
    picture: (request, signal) => archive.picture(request, signal),
    file: (image) => archive.file(image),
    onFault: (error) => fault('picture', error),
  });
  bindBridge(createDispatcher({ ...archive.verbs, ...verbs }, fault));
  const guardWindow = guardQuitting({
    archive,
    window: () => window,
    language,
    running: () => [...running.values()],
    unsaved: () => unsaved,
    onEnd: () => log.info('end'),
  });
  void archive.open(settings.get().archivePath);

  const show = (): void => {
    window = openWindow({
      preload: join(options.built, 'preload', 'index.cjs'),
      language,
      onGone: (reason) => log.error({ where: 'window', reason }, 'fault'),
    });
    guardWindow(window);
    window.on('closed', () => (window = null));
  };
  show();
  app.on('activate', () => {
    if (!window) show();
  });
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
}

function settingsPath(): string {
  return join(app.getPath('userData'), 'settings.json');
}

function openSettings(options: DesktopOptions): SettingsStore {
  const defaults = Settings.parse({
    language: languageOf(options.language ?? app.getLocale()),
    theme: 'system',
    archivePath: join(app.getPath('documents'), 'Fieldbox'),
    clinic: null,
    station: null,
    pickedOn: '',
    camera: '',
    mirrorPreview: false,
    lastExportFolder: '',
  });
  return new SettingsStore(
    settingsPath(),
    defaults,
    options.archive === undefined ? {} : { archivePath: options.archive },
  );
}

function languageOf(locale: string): Language {
  const language = LanguageSchema.safeParse(locale.slice(0, 2).toLowerCase());
  return language.success ? language.data : 'en';
}
