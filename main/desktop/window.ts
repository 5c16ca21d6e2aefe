import { BrowserWindow, dialog, nativeTheme, screen, session } from 'electron';
import type { Language } from '@shared/errors';
import { offerTextMenu } from './menu';
import { isOwnPage, mayUse, PAGE } from './page-policy';
import { words } from './words';

export interface WindowOptions {
  /** The built preload (CommonJS). */
  readonly preload: string;
  readonly language: () => Language;
  /** The page died; it is shown again by itself. */
  readonly onGone: (reason: string) => void;
}

const SIZE = { width: 1280, height: 800 };
const SMALLEST = { width: 960, height: 640 };
/** A page that dies more often than this in a short time is shown again only when the person says so. */
const MOST_RELOADS = 3;
const SHORT_TIME_MS = 60_000;

/** Opens the app's window: sandboxed, without Node, showing its own page and nothing else. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const { workAreaSize: room } = screen.getPrimaryDisplay();
  const window = new BrowserWindow({
    width: Math.min(SIZE.width, room.width),
    height: Math.min(SIZE.height, room.height),
    minWidth: Math.min(SMALLEST.width, room.width),
    minHeight: Math.min(SMALLEST.height, room.height),
    show: false,
    title: 'Fieldbox',
    // Until the page has painted: the colours of renderer/app/tokens.css, so that nothing flashes.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#12181d' : '#f4f6f8',
    autoHideMenuBar: true,
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  window.once('ready-to-show', () => {
    if (room.width < SIZE.width || room.height < SIZE.height) window.maximize();
    window.show();
  });
  guard(window);
  offerTextMenu(window, options.language);
  showPageAgainWhenItDies(window, options);
  showPage(window, options);
  return window;
}

function showPage(window: BrowserWindow, options: WindowOptions): void {
  // It fails when the page dies or is left while it loads, and whoever made it so shows it again.
  window.loadURL(PAGE).catch((error: unknown) => {
    if (!window.isDestroyed()) options.onGone(error instanceof Error ? error.message : 'load');
  });
}

function showPageAgainWhenItDies(window: BrowserWindow, options: WindowOptions): void {
  let deaths: number[] = [];
  window.webContents.on('render-process-gone', (_, details) => {
    if (details.reason === 'clean-exit') return;
    options.onGone(details.reason);
    const now = performance.now();
    deaths = [...deaths.filter((at) => now - at < SHORT_TIME_MS), now];
    if (deaths.length <= MOST_RELOADS) {
      showPage(window, options);
      return;
    }
    void askToShowAgain(window, words[options.language()]).then((yes) => {
      if (window.isDestroyed()) return;
      if (yes) showPage(window, options);
      else window.close();
    });
  });
}

async function askToShowAgain(window: BrowserWindow, say: (typeof words)[Language]): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: say.pageFailed,
    detail: say.pageFailedMore,
    buttons: [say.showAgain, say.quit],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 0;
}

/** The window stays on its page, opens no others, asks for nothing but the camera, and knows no network. */
function guard(window: BrowserWindow): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event, url) => {
    if (!isOwnPage(url)) event.preventDefault();
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_, permission, callback, details) => {
    callback(mayUse(permission, details.requestingUrl, 'mediaTypes' in details ? details.mediaTypes : []));
  });
  defaultSession.setPermissionCheckHandler((_, permission, origin, details) =>
    mayUse(permission, `${origin.replace(/\/$/, '')}/`, details.mediaType === undefined ? [] : [details.mediaType]),
  );
  const elsewhere = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'];
  defaultSession.webRequest.onBeforeRequest({ urls: elsewhere }, (_, callback) => callback({ cancel: true }));
}
