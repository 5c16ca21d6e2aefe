import anonymise from './anonymise.json';
import archive from './archive.json';
import arrival from './arrival.json';
import boxes from './boxes.json';
import capture from './capture.json';
import closed from './closed.json';
import common from './common.json';
import courier from './courier.json';
import day from './day.json';
import destinations from './destinations.json';
import details from './details.json';
import exporting from './exporting.json';
import files from './files.json';
import findings from './findings.json';
import form from './form.json';
import forwarding from './forwarding.json';
import help from './help.json';
import identity from './identity.json';
import images from './images.json';
import importing from './importing.json';
import incoming from './incoming.json';
import jobs from './jobs.json';
import keys from './keys.json';
import kinds from './kinds.json';
import labels from './labels.json';
import ledger from './ledger.json';
import lock from './lock.json';
import log from './log.json';
import manage from './manage.json';
import masks from './masks.json';
import matching from './matching.json';
import modality from './modality.json';
import nav from './nav.json';
import outbox from './outbox.json';
import pacs from './pacs.json';
import patients from './patients.json';
import people from './people.json';
import projects from './projects.json';
import query from './query.json';
import reports from './reports.json';
import sending from './sending.json';
import settings from './settings.json';
import source from './source.json';
import types from './types.json';
import watching from './watching.json';

/** English: one file a screen. */
export const en = {
  anonymise,
  archive,
  arrival,
  boxes,
  capture,
  closed,
  common,
  courier,
  day,
  destinations,
  details,
  exporting,
  files,
  findings,
  form,
  forwarding,
  help,
  identity,
  images,
  importing,
  incoming,
  jobs,
  keys,
  kinds,
  labels,
  ledger,
  lock,
  log,
  manage,
  masks,
  matching,
  modality,
  nav,
  outbox,
  pacs,
  patients,
  people,
  projects,
  query,
  reports,
  sending,
  settings,
  source,
  types,
  watching,
};
