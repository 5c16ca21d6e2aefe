import archive from './archive.json';
import capture from './capture.json';
import closed from './closed.json';
import common from './common.json';
import day from './day.json';
import exporting from './exporting.json';
import findings from './findings.json';
import form from './form.json';
import help from './help.json';
import images from './images.json';
import importing from './importing.json';
import jobs from './jobs.json';
import kinds from './kinds.json';
import manage from './manage.json';
import modality from './modality.json';
import nav from './nav.json';
import patients from './patients.json';
import projects from './projects.json';
import reports from './reports.json';
import settings from './settings.json';
import source from './source.json';

/** Arabic: one file a screen. */
export const ar = {
  archive,
  capture,
  closed,
  common,
  day,
  exporting,
  findings,
  form,
  help,
  images,
  importing,
  jobs,
  kinds,
  manage,
  modality,
  nav,
  patients,
  projects,
  reports,
  settings,
  source,
};
