import type { ParseArgsConfig } from 'node:util';

export type OptionSpec = NonNullable<ParseArgsConfig['options']>;

/** Wrong use of the command line: the sentence goes to stderr and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What every command takes. */
export const commonOptions = {
  archive: { type: 'string' },
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
  fieldbox attach add FILE... --archive DIR --patient ID [--description TEXT] [--clinic NAME] [--study UID] [--pin] [--again]
  fieldbox attach list --archive DIR [--patient ID] [--clinic NAME] [--study UID] [--where FIELD:OPVALUE]...
                [--sort FIELD[:desc],...] [--page N] [--per-page N] [--archived]
  fieldbox attach get|archive|unarchive KEY --archive DIR
  fieldbox attach update KEY --archive DIR [--description TEXT] [--pin | --unpin] [--processed | --unprocessed]
  fieldbox attach save KEY --archive DIR --out FILE [--overwrite]
  fieldbox patient show ID --archive DIR
  fieldbox patient update ID --archive DIR --set FIELD=VALUE...
  fieldbox clinic list --archive DIR [--day YYYYMMDD]
  fieldbox clinic add --archive DIR --name NAME [--place PLACE] --from YYYYMMDD [--to YYYYMMDD]
  fieldbox station list|add --archive DIR --clinic NAME [--name NAME]
  fieldbox verify --archive DIR [--deep]
  fieldbox rebuild --archive DIR

  import    takes in files, folders and zips; photos and PDF go to the given patient, clinic, station and kind;
            a patient number that is not known yet is registered as a temporary patient; --each prints a line on
            stderr for every file once it is safely stored or put aside
  find      looks up; VALUE may hold * and ?, a date may be a range such as 20260101-20260131
  show      all attributes of one image, in the DICOM JSON model (PS3.18 F) with --json
  render    makes a PNG of one frame; frames count from 1
  export    writes to a new folder, or to a zip when PATH ends in .zip, and reads everything back
  attach    files of any kind on a patient, a visit to a clinic or a study; --where takes the filters of the attachments API,
            for example size:>1000, filename:~letter, archived_at:*
  patient   the card of a patient and all further details (addresses, phones, numbers); --set changes either
  clinic    clinics with place and days; station: the desks and rooms of a clinic
  verify    compares files and index; --deep reads every byte
  rebuild   makes the index again from the stored files and records

  --json    one JSON object on stdout; progress always goes to stderr
  UID       a SOP Instance UID, or the 64 hexadecimal digits that name an image in the archive

Exit code: 0 all well, 1 something was put aside or a check failed, 2 wrong use or cannot run.
`;
