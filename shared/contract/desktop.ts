import { z } from 'zod';
import { ClinicKey, StationKey } from '../model/ids';
import { Language, Theme } from '../model/vocabulary';
import { verb } from './verb';

const Nothing = z.object({});

/** Settings of this machine (not of the archive): a small file beside the app's own data. */
export const Settings = z.object({
  language: Language,
  theme: Theme,
  archivePath: z.string(),
  /** Picked once for the day; `pickedOn` (YYYYMMDD) tells whether to ask again. */
  clinic: ClinicKey.nullable(),
  station: StationKey.nullable(),
  pickedOn: z.string(),
  /** The camera chosen on this machine, by label, since ids change. */
  camera: z.string(),
  mirrorPreview: z.boolean(),
  lastExportFolder: z.string(),
});
export type Settings = z.infer<typeof Settings>;

export const AppInfo = z.object({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  /** Whether the archive is open; if not, the error that says why. */
  archive: z.discriminatedUnion('state', [
    z.object({ state: z.literal('open'), path: z.string() }),
    z.object({
      state: z.literal('closed'),
      path: z.string(),
      error: z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) }),
    }),
  ]),
});
export type AppInfo = z.infer<typeof AppInfo>;

/** A place an export can go to: a removable drive, or a usual folder. */
export const Drive = z.object({
  path: z.string(),
  label: z.string(),
  removable: z.boolean(),
  freeBytes: z.int(),
  totalBytes: z.int(),
});
export type Drive = z.infer<typeof Drive>;

/** Verbs answered by the desktop shell itself, not by the engine. */
export const desktopVerbs = {
  'app.info': verb(Nothing, AppInfo),
  'settings.get': verb(Nothing, Settings),
  'settings.set': verb(Settings.partial(), Settings),
  'dialog.openFiles': verb(Nothing, z.object({ paths: z.array(z.string()) })),
  'dialog.openFolder': verb(Nothing, z.object({ paths: z.array(z.string()) })),
  'dialog.exportTarget': verb(
    z.object({ suggestedName: z.string().max(128) }),
    z.object({ folder: z.string().nullable() }),
  ),
  /** Where to save a file; the system's dialog has asked before something is written over. */
  'dialog.saveFile': verb(
    z.object({ suggestedName: z.string().min(1).max(300) }),
    z.object({ path: z.string().nullable() }),
  ),
  'dialog.archiveFolder': verb(Nothing, z.object({ folder: z.string().nullable() })),
  'drives.list': verb(Nothing, z.object({ rows: z.array(Drive) })),
  'path.reveal': verb(z.object({ path: z.string() }), Nothing, ['PATH_NOT_FOUND']),
  /** How many pictures the window holds that are not in the archive yet: closing it asks about them first. */
  'window.unsaved': verb(z.object({ pictures: z.int().min(0) }), Nothing),
  /** The page as it would be printed, as a PDF. Whoever asks has asked `entries.printable` before what it may show. */
  'paper.pdf': verb(Nothing, z.object({ bytes: z.instanceof(Uint8Array) })),
  /** Opens another archive folder (or tries the same one again). */
  'archive.open': verb(z.object({ path: z.string() }), AppInfo),
} as const;

/** Events of the shell itself. */
export const desktopEvents = {
  /** The archive was opened or closed, or had to be closed because something failed. */
  'app.changed': AppInfo,
} as const;
