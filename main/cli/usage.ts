import type { ParseArgsConfig } from 'node:util';

export type OptionSpec = NonNullable<ParseArgsConfig['options']>;

/** Wrong use of the command line: the sentence goes to stderr and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What every command takes. */
export const commonOptions = {
  archive: { type: 'string' },
  user: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies OptionSpec;

export const USAGE = `Fieldbox, the image archive of a clinic without internet.

  fieldbox import PATH... --archive DIR [--patient ID] [--kind NAME] [--clinic NAME] [--station NAME] [--each]
  fieldbox find --archive DIR [--level patient|study|series|image] [--match KEYWORD=VALUE]... [--text WORDS]
                [--sort KEY] [--descending] [--limit N] [--after CURSOR]
  fieldbox show UID --archive DIR
  fieldbox render UID --archive DIR --out FILE.png [--frame N] [--window CENTER,WIDTH] [--height N]
  fieldbox export --archive DIR --out PATH [--patient ID | --study UID | --series UID | --image UID]...
                [--as media|originals|pictures]
  fieldbox verify --archive DIR [--deep]
  fieldbox rebuild --archive DIR
  fieldbox users list --archive DIR
  fieldbox users add LOGIN --archive DIR --name NAME [--role user|administrator|superuser]
  fieldbox users role LOGIN ROLE --archive DIR
  fieldbox users password LOGIN --archive DIR
  fieldbox users remove LOGIN --archive DIR
  fieldbox log list --archive DIR [--subject NAME] [--level info|warning|error] [--by LOGIN] [--patient ID]
                [--text WORDS] [--from DAY] [--to DAY] [--limit N] [--after N] [--csv FILE]
  fieldbox log remove (NUMBER... | --before DAY) --archive DIR

  import    takes in files, folders and zips; photos and PDF go to the given patient, clinic, station and kind;
            a patient number that is not known yet is registered as a temporary patient; --each prints a line on
            stderr for every file once it is safely stored or put aside
  find      looks up; VALUE may hold * and ?, a date may be a range such as 20260101-20260131
  show      all attributes of one image, in the DICOM JSON model (PS3.18 F) with --json
  render    makes a PNG of one frame; frames count from 1
  export    writes to a new folder, or to a zip when PATH ends in .zip, and reads everything back
  verify    compares files and index; --deep reads every byte
  rebuild   makes the index again from the stored files and records
  users     the people who work with the archive; a new password comes from FIELDBOX_NEW_PASSWORD or is typed
  log       who did what and when; --csv writes all lines found to a file; a DAY is 2026-11-20, or a moment in ISO 8601

  --user    your name, once the archive has people; your password comes from FIELDBOX_PASSWORD or is typed
  --json    one JSON object on stdout; progress always goes to stderr
  UID       a SOP Instance UID, or the 64 hexadecimal digits that name an image in the archive

Exit code: 0 all well, 1 something was put aside or a check failed, 2 wrong use or cannot run.
`;
