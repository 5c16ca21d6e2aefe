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
  fieldbox project list | add PROJECT [ARCHIVE] [--description TEXT] | default PROJECT ARCHIVE
                | assign PROJECT ARCHIVE [--patient ID | --study UID | --series UID | --image UID]... [--remove]
                --archive DIR
  fieldbox result add --series UID --type TYPE --name NAME --algorithm NAME (--number N | --text TEXT | --file PATH)
                [--image UID] [--product NAME] [--version V] [--threshold N] [--made-at TIME] --archive DIR
  fieldbox result list [--series UID] [--patient ID] [--type TYPE] [--name NAME] [--removed] --archive DIR
  fieldbox result get KEY... [--out FILE.zip] --archive DIR
  fieldbox form define (FILE.json | --template tb|eye|ear) [--name NAME] | list [--all] --archive DIR
  fieldbox form fill NAME --series UID [--values FILE.json] [--set FIELD=VALUE]... [--draft] --archive DIR
  fieldbox form entries [NAME] [--series UID] [--patient ID] [--language en|es|fr|ar] | export NAME --archive DIR
  fieldbox verify --archive DIR [--deep]
  fieldbox rebuild --archive DIR

  import    takes in files, folders and zips; photos and PDF go to the given patient, clinic, station and kind;
            a patient number that is not known yet is registered as a temporary patient; --each prints a line on
            stderr for every file once it is safely stored or put aside
  find      looks up; VALUE may hold * and ?, a date may be a range such as 20260101-20260131
  show      all attributes of one image, in the DICOM JSON model (PS3.18 F) with --json
  render    makes a PNG of one frame; frames count from 1
  export    writes to a new folder, or to a zip when PATH ends in .zip, and reads everything back
  project   projects, the archives in them, and what is in those; default says where new things go
  result    what algorithms found in a series: numbers, text or files; get --out writes a zip with an XML
  form      report forms, and the reports filled into them; export writes CSV with a line for each report
  verify    compares files and index; --deep reads every byte
  rebuild   makes the index again from the stored files and records

  --json    one JSON object on stdout; progress always goes to stderr
  UID       a SOP Instance UID, or the 64 hexadecimal digits that name an image in the archive

Exit code: 0 all well, 1 something was put aside or a check failed, 2 wrong use or cannot run.
`;
