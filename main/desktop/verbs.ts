import { homedir } from 'node:os';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { app, dialog, shell, type BrowserWindow, type OpenDialogOptions } from 'electron';
import type { DesktopVerb, Handlers } from '@shared/contract';
import type { AppInfo } from '@shared/contract/desktop';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../platform/durable';
import type { ArchiveSession } from './archive-session';
import { listDrives } from './drives';
import { pageAsPdf } from './paper';
import type { SettingsStore } from './settings-store';
import { words } from './words';

export interface DesktopParts {
  readonly settings: SettingsStore;
  readonly archive: ArchiveSession;
  readonly window: () => BrowserWindow | null;
  readonly version: string;
  /** Language or colours were changed. */
  readonly onLookChanged: () => void;
  /** The window holds this many pictures that are not in the archive yet. */
  readonly onUnsaved: (pictures: number) => void;
}

/** What endings the dialog offers; "all files" is there because DICOM files often have none. */
const EXTENSIONS = [
  'dcm',
  'dicom',
  'jpg',
  'jpeg',
  'png',
  'tif',
  'tiff',
  'webp',
  'heic',
  'heif',
  'avif',
  'bmp',
  'pdf',
  'zip',
];

/** What file systems give a meaning. */
const NOT_IN_NAMES = /[\u0000-\u001f<>:"/\\|?*]/g;

/** The verbs that the shell answers itself. */
export function createDesktopVerbs(parts: DesktopParts): Handlers<DesktopVerb> {
  const { settings, archive } = parts;
  const info = async (): Promise<AppInfo> => ({
    version: parts.version,
    electron: process.versions.electron,
    platform: process.platform,
    archive: await archive.info(),
  });
  const say = () => words[settings.get().language];
  const open = async (options: OpenDialogOptions): Promise<string[]> => {
    const window = parts.window();
    const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
    return answer.canceled ? [] : answer.filePaths;
  };
  return {
    'app.info': info,
    'settings.get': async () => Promise.resolve(settings.get()),
    'settings.set': async (changes) => {
      const now = await settings.set(changes);
      if (changes.language !== undefined || changes.theme !== undefined) parts.onLookChanged();
      return now;
    },
    'dialog.openFiles': async () => ({
      paths: await open({
        title: say().files,
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: say().allFiles, extensions: ['*'] },
          { name: say().pictures, extensions: EXTENSIONS },
        ],
      }),
    }),
    'dialog.openFolder': async () => ({
      paths: await open({ title: say().folder, properties: ['openDirectory', 'multiSelections'] }),
    }),
    'dialog.exportTarget': async () => {
      const { lastExportFolder } = settings.get();
      const [folder] = await open({
        title: say().exportFolder,
        buttonLabel: say().choose,
        properties: ['openDirectory', 'createDirectory'],
        ...(lastExportFolder !== '' && { defaultPath: lastExportFolder }),
      });
      return { folder: folder ?? null };
    },
    'dialog.saveFile': async ({ suggestedName }) => {
      const window = parts.window();
      const { lastExportFolder } = settings.get();
      const folder = lastExportFolder === '' ? app.getPath('documents') : lastExportFolder;
      const options = { title: say().saveAs, defaultPath: join(folder, suggestedName.replace(NOT_IN_NAMES, '_')) };
      const answer = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
      return { path: answer.canceled || answer.filePath === '' ? null : answer.filePath };
    },
    'dialog.archiveFolder': async () => {
      const [folder] = await open({
        title: say().archiveFolder,
        buttonLabel: say().choose,
        properties: ['openDirectory', 'createDirectory'],
        defaultPath: settings.get().archivePath,
      });
      return { folder: folder ?? null };
    },
    'drives.list': async () => ({ rows: await listDrives(usualFolders()) }),
    'window.unsaved': async ({ pictures }) => {
      parts.onUnsaved(pictures);
      return Promise.resolve({});
    },
    'paper.pdf': async () => ({ bytes: await pageAsPdf(parts.window()) }),
    'path.reveal': async ({ path }) => {
      try {
        await access(path);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
        throw error;
      }
      shell.showItemInFolder(path);
      return {};
    },
    'archive.open': async ({ path }) => {
      await archive.open(path);
      const now = await info();
      // Trying the same one again is no choice: a folder given for this start only stays that.
      if (now.archive.state === 'open' && path !== settings.get().archivePath)
        await settings.set({ archivePath: path });
      return now;
    },
  };
}

/** Folders everybody knows; named by the system, so their own names are shown. */
function usualFolders(): { path: string; label: string }[] {
  const seen = new Set<string>();
  return (['desktop', 'documents', 'downloads'] as const).flatMap((name) => {
    const path = app.getPath(name);
    if (seen.has(path) || path === homedir()) return [];
    seen.add(path);
    return [{ path, label: path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) }];
  });
}
