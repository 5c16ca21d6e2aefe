import { BrowserWindow, nativeTheme, session } from 'electron';
import { isOwnPage, mayUse, PAGE } from './page-policy';

export interface WindowOptions {
  /** The built preload (CommonJS). */
  readonly preload: string;
  /** The page died; it is shown again by itself. */
  readonly onGone: (reason: string) => void;
}

/** A page that dies more often than this in a row is left alone. */
const MOST_RELOADS = 3;

/** Opens the app's window: sandboxed, without Node, showing its own page and nothing else. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 640,
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
  window.once('ready-to-show', () => window.show());
  guard(window);
  let reloads = 0;
  window.webContents.on('render-process-gone', (_, details) => {
    if (details.reason === 'clean-exit') return;
    options.onGone(details.reason);
    reloads += 1;
    if (reloads <= MOST_RELOADS) void window.loadURL(PAGE);
  });
  void window.loadURL(PAGE);
  return window;
}

/** The window stays on its page, opens no others, and asks for nothing but the camera. */
function guard(window: BrowserWindow): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event, url) => {
    if (!isOwnPage(url)) event.preventDefault();
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  session.defaultSession.setPermissionRequestHandler((_, permission, callback, details) => {
    callback(mayUse(permission, details.requestingUrl, 'mediaTypes' in details ? details.mediaTypes : []));
  });
  session.defaultSession.setPermissionCheckHandler((_, permission, origin, details) =>
    mayUse(permission, `${origin.replace(/\/$/, '')}/`, details.mediaType === undefined ? [] : [details.mediaType]),
  );
}
