import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import type { Language } from '@shared/errors';
import { words } from './words';

/** The small menu of the window, in the person's language. Roles bring the system's own shortcuts. */
export function showMenu(language: Language): void {
  const say = words[language];
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo', label: say.undo },
    { role: 'redo', label: say.redo },
    { type: 'separator' },
    ...clipboardItems(language),
  ];
  const view: MenuItemConstructorOptions[] = [
    { role: 'zoomIn', label: say.zoomIn },
    { role: 'zoomOut', label: say.zoomOut },
    { role: 'resetZoom', label: say.resetZoom },
    { type: 'separator' },
    { role: 'togglefullscreen', label: say.fullScreen },
  ];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: process.platform === 'darwin' ? 'Fieldbox' : say.file,
        submenu: [{ role: 'quit', label: say.quit, accelerator: 'CommandOrControl+Q' }],
      },
      { label: say.edit, submenu: edit },
      { label: say.view, submenu: view },
    ]),
  );
}

/** The menu of the right mouse button and the menu key, where there is text to change or to copy. */
export function offerTextMenu(window: BrowserWindow, language: () => Language): void {
  window.webContents.on('context-menu', (_, { isEditable, selectionText, editFlags, x, y }) => {
    if (!isEditable && selectionText.trim() === '') return;
    const may: Readonly<Record<string, boolean>> = {
      cut: editFlags.canCut,
      copy: editFlags.canCopy,
      paste: editFlags.canPaste,
      selectAll: editFlags.canSelectAll,
    };
    const items = clipboardItems(language()).filter((item) => isEditable || item.role === 'copy');
    Menu.buildFromTemplate(items.map((item) => ({ ...item, enabled: may[item.role ?? ''] ?? false }))).popup({
      window,
      x,
      y,
    });
  });
}

function clipboardItems(language: Language): MenuItemConstructorOptions[] {
  const say = words[language];
  return [
    { role: 'cut', label: say.cut },
    { role: 'copy', label: say.copy },
    { role: 'paste', label: say.paste },
    { role: 'selectAll', label: say.selectAll },
  ];
}
