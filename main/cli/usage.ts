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
  fieldbox query --archive DIR [--level patient|study|series|image|flatSeries] [--where "PROPERTY OPERATOR VALUE"]...
                [--contains TEXT] [--source KIND[:NAME]]... [--type NAME]... [--tag NAME]...
                [--sort PROPERTY] [--descending] [--offset N | --after CURSOR] [--limit N]
  fieldbox query --from NAME --archive DIR [--level patient|study|series|image] [--match KEYWORD=VALUE]... [--limit N]
  fieldbox show UID --archive DIR
  fieldbox render UID --archive DIR --out FILE.png [--frame N] [--window CENTER,WIDTH] [--height N]
  fieldbox export --archive DIR --out PATH [--patient ID | --study UID | --series UID | --image UID]...
                [--as media|originals|pictures] [--anonymize [--profile OPTIONS] [--set TAGPATH=VALUE]... [--ignore-masks]]
  fieldbox watch add FOLDER --archive DIR [--name NAME] [--kind NAME] [--clinic NAME] [--station NAME] [--no-subfolders]
                [--after keep|delete|move] [--move-to FOLDER] [--skip PATTERN]... [--delete-filtered]
  fieldbox watch list | remove NAME | run [--once] --archive DIR
  fieldbox forward rule add --to NAME --archive DIR [--from any|TYPE|TYPE:NAME] [--discard] [--priority N]
                [--no-corrections] [--anonymize [--profile OPTIONS] [--set TAGPATH=VALUE]... [--ignore-masks]]
  fieldbox forward rule list | remove KEY --archive DIR
  fieldbox forward queue --archive DIR [--run] [--open] [--limit N] [--offset N]
  fieldbox sessions --archive DIR [--source TYPE] [--text WORDS] [--limit N] [--offset N]
  fieldbox anonymize [UID | --patient ID | --study UID | --series UID]... --archive DIR [--profile OPTIONS]
                [--set TAGPATH=VALUE]... [--ignore-masks] [--copy | --replace | --out DIR]
  fieldbox keys list|query|values|find|delete|csv|reverse --archive DIR [--filter WORDS] [--where PROPERTY=VALUE|PROPERTY~VALUE]...
                [--key KEY] [--text TEXT] [--sort PROPERTY] [--ascending] [--limit N] [--offset N] [--out FILE.csv] [--yes]
                [--image UID] [--reason TEXT]
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
  fieldbox remote list|test|remove [NAME] --archive DIR
  fieldbox remote add NAME folder --path DIR --archive DIR [--photos dicom|pictures|both]
  fieldbox remote add NAME orthanc|dicomweb --url URL [--auth none|basic|bearer] [--login NAME] [--read-back]
  fieldbox remote add NAME dimse --host HOST --port PORT --called AETITLE [--calling AETITLE] [--tls]
  fieldbox remote add NAME slicebox (--url ADDRESS | --reached) --archive DIR
  fieldbox remote add NAME tscharts --url URL --login NAME [--clinic NUMBER] [--station NUMBER]
                [--others-as Headshot|Xray|Surgery|Audiogram] [--exact-match]
  fieldbox remote add NAME archive-v1 --url URL --login NAME --project NAME --remote-archive NAME
                [--result TYPE:NAME[:THRESHOLD]]...
  fieldbox remote add NAME attachments --url URL --contact EMAIL [--dicom-as picture|file] [--into-cases]
                [--calls PER_MINUTE]
  fieldbox remote files NAME --patient ID | withdraw NAME UID --reason TEXT | report NAME KEY --archive DIR
  fieldbox match list [--to NAME] [--decided] --archive DIR
  fieldbox match find PATIENT --to NAME [--text WORDS] --archive DIR
  fieldbox match decide PATIENT --to NAME (--as ID | --new | --none | --ask) --archive DIR
  fieldbox hub [status|on|off] [--host ADDRESS] [--port PORT] [--public-url URL] --archive DIR
  fieldbox box list|incoming|fetch|address [NAME] [--new] --archive DIR
  fieldbox send --to NAME [--patient ID | --study UID | --series UID | --image UID | --attachment ID]...
                [--anonymize [--profile OPTIONS] [--set TAGPATH=VALUE]... [--ignore-masks]]
                [--priority N] [--only-queue] --archive DIR
  fieldbox outbox list|run|retry|cancel [ID] [--open] | correct --to NAME --archive DIR
  fieldbox ledger [--to NAME] [--state STATE]... [--outdated] [--csv] --archive DIR
  fieldbox pull --from NAME --study UID [--series UID] [--image UID] [--patient ID] --archive DIR
  fieldbox pull results|forms|clinics|images|files --from NAME [--patient ID] --archive DIR
  fieldbox serve [--scp PORT] [--hub PORT] [--host ADDRESS] [--public-url URL] [--ae AETITLE]
                [--peer AETITLE@HOST:PORT[,tls[=FINGERPRINT]][,decoded]]... [--known-only] [--standard-only]
                [--tls-certificate FILE --tls-key FILE [--client-certificate FILE]...] --archive DIR
  fieldbox certificate make --certificate FILE --key FILE [--name NAME]
  fieldbox certificate show FILE
  fieldbox remote add NAME courier --key KEY [--path DIR] --archive DIR
  fieldbox courier key --archive DIR
  fieldbox courier write --to NAME [--into DIR] [--again] --archive DIR
  fieldbox courier read PATH [--receipts DIR] [--only-receipts] --archive DIR
  fieldbox users list --archive DIR
  fieldbox users add LOGIN --archive DIR --name NAME [--role user|administrator|superuser]
  fieldbox users role LOGIN ROLE --archive DIR
  fieldbox users password LOGIN --archive DIR
  fieldbox users remove LOGIN --archive DIR
  fieldbox log list --archive DIR [--subject NAME] [--level info|warning|error] [--by LOGIN] [--patient ID]
                [--text WORDS] [--from DAY] [--to DAY] [--limit N] [--after N] [--csv FILE]
  fieldbox log remove (NUMBER... | --before DAY) --archive DIR
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
  fieldbox tag list | add NAME | remove NAME | rename NAME NEWNAME | delete NAME  --archive DIR [--series UID]...
  fieldbox type list | add NAME | remove NAME | rename NAME NEWNAME | assign NAME | unassign NAME | reassign | status
                --archive DIR [--series UID]... [--wait]
  fieldbox type rule list NAME | add NAME | remove RULE  --archive DIR [--where CONDITION]...
  fieldbox filter list | add NAME | change NAME | remove NAME | associate NAME | dissociate NAME  --archive DIR
                [--take-out PATH]... [--keep-only PATH]... [--source SOURCE] [--ref TEXT]

  import    takes in files, folders and zips; photos and PDF go to the given patient, clinic, station and kind;
            a patient number that is not known yet is registered as a temporary patient; --each prints a line on
            stderr for every file once it is safely stored or put aside
  find      looks up; VALUE may hold * and ?, a date may be a range such as 20260101-20260131
  query     finds precisely: every --where must hold; OPERATOR is = != < <= > >= like startsWith in exists empty, and
            PROPERTY any property of the rows or DICOM keyword that the archive keeps; of several --source, --type
            or --tag any one fits; with --from it asks a destination what it has
  show      all attributes of one image, in the DICOM JSON model (PS3.18 F) with --json
  render    makes a PNG of one frame; frames count from 1
  export    writes to a new folder, or to a zip when PATH ends in .zip, and reads everything back
  watch     folders whose files are taken in by themselves; run watches until it is stopped, with --once it takes in what is
            there, and sends what rules forward; files stay as they are unless --after says otherwise
  forward   rules by which images are sent on to a remote by themselves, over the outbox; the app and watch run do it while
            they run, queue --run does it now; --discard moves images to the trash once the remote has proven to hold them
  sessions  the imports there were
  anonymize makes anonymous copies in the archive (DICOM PS3.15 annex E), puts them in the place of the originals (--replace),
            or writes them as files into a new folder (--out). OPTIONS, with commas: basic, uids, device, institution,
            patient, full-dates, modified-dates, descriptors, structured-content, graphics, safe-private
  keys      whose the anonymous copies are: list, query (--where), values (images of a --key), find (--text: a name, number,
            UID or image of either side), delete (a --key; nothing leads back afterwards), csv (a table of all),
            reverse (the original of an anonymous --image, with a --reason that the log keeps)
  attach    files of any kind on a patient, a visit to a clinic or a study; --where takes the filters of the attachments API,
            for example size:>1000, filename:~letter, archived_at:*
  patient   the card of a patient and all further details (addresses, phones, numbers); --set changes either
  clinic    clinics with place and days; station: the desks and rooms of a clinic
  project   projects, the archives in them, and what is in those; default says where new things go
  result    what algorithms found in a series: numbers, text or files; get --out writes a zip with an XML
  form      report forms, and the reports filled into them; export writes CSV with a line for each report
  verify    compares files and index; --deep reads every byte
  rebuild   makes the index again from the stored files and records
  remote    destinations; passwords come from FIELDBOX_REMOTE_PASSWORD or FIELDBOX_REMOTE_TOKEN and are not kept;
            withdraw deletes or puts away an image there, report sends a finished report;
            --certificate HEX accepts one certificate by its SHA-256, --may-transcode lets a PACS (dimse) that takes no
            compression get decoded images, --commitment asks it for storage commitment, --cap KIB is the most that leaves in a second
  send      sends until nothing more can be done now; what waits stays in the outbox and goes on with outbox run
  ledger    what is proven at which destination, and how
  pull      fetches from a destination into the archive: a study, or what else it has; nothing here is removed by it
  match     who patients are at destinations that have patients of their own; exit 1 while somebody has to be asked
  hub       whether other boxes reach this archive, and at which address; it listens while the window or serve is open
  box       other boxes: what came from them (incoming), fetching now, and the address that one was given (--new: another one)
  serve     receives from machines on the cable (C-STORE) and answers those named with --peer; with --hub it lets boxes send and
            fetch; takes in watched folders and sends what waits; until it is stopped; --tls-certificate encrypts both, and
            --client-certificate lets in only who shows that certificate or one that it has signed
  certificate  makes a key and a certificate for serve, or shows whom a certificate names and its fingerprint
  courier   images on a stick for another Fieldbox: key shows the key that others seal to; write lays what waits onto the stick
            (--again also what has no receipt yet); read takes bundles in, lays receipts beside them and marks what receipts
            confirm; the secret key is kept in the file that FIELDBOX_KEY_FILE names
  users     the people who work with the archive; a new password comes from FIELDBOX_NEW_PASSWORD or is typed
  log       who did what and when; --csv writes all lines found to a file; a DAY is 2026-11-20, or a moment in ISO 8601
  merge     says that two patients are one person; INTO stays, both numbers go on working; unmerge takes it back
  move      gives images taken on the wrong patient to the right one: new versions that name the right one; --undo brings
            the old ones back
  modify    changes attributes, also in items (RequestAttributesSequence[1].RequestedProcedureID); the old version is kept;
            UIDs only with --uids; --coerce says that nothing was wrong
  versions  lists all versions of an image; --revert goes back to one
  trash     lists, fills and restores the trash; empty erases for good what has lain there for that many days (0: all)
  tag       tags of series; add makes the tag when it is new, delete takes it off every series
  type      types of series, and the rules that give them; a rule fits when all its conditions hold in one image;
            reassign sorts everything again, and waits for the end with --wait
  filter    what is taken out of images on arrival, or what alone is kept, and for which source it is switched on

  --user    your name, once the archive has people; your password comes from FIELDBOX_PASSWORD or is typed
  --json    one JSON object on stdout; progress always goes to stderr
  UID       a SOP Instance UID, or the 64 hexadecimal digits that name an image in the archive
  CONDITION PATH=VALUE, PATH*=PART, PATH^=BEGINNING, PATH~=PATTERN, PATH:FROM..TO, PATH? (is there), !PATH (is not there)
  PATH      an attribute by keyword or tag, in sequences with the item or *: RequestAttributesSequence[*].RequestedProcedureID

Exit code: 0 all well, 1 something was put aside or a check failed, 2 wrong use or cannot run.
`;
