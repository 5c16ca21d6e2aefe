import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Language } from '@shared/errors';
import { words } from './words';

/** The small menu of the window, in the person's language. Roles bring the system's own shortcuts. */
export function showMenu(language: Language): void {
  const say = words[language];
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo', label: say.undo },
    { role: 'redo', label: say.redo },
    { type: 'separator' },
    { role: 'cut', label: say.cut },
    { role: 'copy', label: say.copy },
    { role: 'paste', label: say.paste },
    { role: 'selectAll', label: say.selectAll },
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
      { label: process.platform === 'darwin' ? 'Fieldbox' : say.file, submenu: [{ role: 'quit', label: say.quit }] },
      { label: say.edit, submenu: edit },
      { label: say.view, submenu: view },
    ]),
  );
}
