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
  fieldbox verify --archive DIR [--deep]
  fieldbox rebuild --archive DIR
  fieldbox merge FROM INTO --reason TEXT --archive DIR
  fieldbox unmerge NUMBER --archive DIR [--reason TEXT]
  fieldbox move --to NUMBER --reason TEXT --archive DIR [--patient ID | --study UID | --series UID | --image UID]...
  fieldbox move --undo ACT --archive DIR
  fieldbox modify [UID]... --set PATH=VALUE... [--remove PATH]... --reason TEXT --archive DIR [--uids] [--coerce]
                [--patient ID | --study UID | --series UID | --image UID]...
  fieldbox versions UID --archive DIR [--revert VERSION --reason TEXT]
  fieldbox trash list --archive DIR [--text WORDS] [--limit N] [--offset N]
  fieldbox trash add --archive DIR [--reason TEXT] [--patient ID | --study UID | --series UID | --image UID]...
  fieldbox trash restore --archive DIR [--act ACT] [--image IMAGE]...
  fieldbox trash empty --archive DIR [--older-than DAYS] [--image IMAGE]...

  import    takes in files, folders and zips; photos and PDF go to the given patient, clinic, station and kind;
            a patient number that is not known yet is registered as a temporary patient; --each prints a line on
            stderr for every file once it is safely stored or put aside
  find      looks up; VALUE may hold * and ?, a date may be a range such as 20260101-20260131
  show      all attributes of one image, in the DICOM JSON model (PS3.18 F) with --json
  render    makes a PNG of one frame; frames count from 1
  export    writes to a new folder, or to a zip when PATH ends in .zip, and reads everything back
  verify    compares files and index; --deep reads every byte
  rebuild   makes the index again from the stored files and records
  merge     says that two patients are one person; INTO stays, both numbers go on working; unmerge takes it back
  move      gives images taken on the wrong patient to the right one: new versions that name the right one; --undo brings
            the old ones back
  modify    changes attributes, also in items (RequestAttributesSequence[1].RequestedProcedureID); the old version is kept;
            UIDs only with --uids; --coerce says that nothing was wrong
  versions  lists all versions of an image; --revert goes back to one
  trash     lists, fills and restores the trash; empty erases for good what has lain there for that many days (0: all)

  --json    one JSON object on stdout; progress always goes to stderr
  UID       a SOP Instance UID, or the 64 hexadecimal digits that name an image in the archive

Exit code: 0 all well, 1 something was put aside or a check failed, 2 wrong use or cannot run.
`;
