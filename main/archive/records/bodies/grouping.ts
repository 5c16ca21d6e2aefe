import { z } from 'zod';
import { PatientKey, ProjectArchiveKey, ProjectKey, SeriesKey, StudyKey } from '@shared/model/ids';

const Members = z.object({
  archive: ProjectArchiveKey,
  patients: z.array(PatientKey),
  studies: z.array(StudyKey),
  series: z.array(SeriesKey),
});
export type Members = z.infer<typeof Members>;

/** Records of projects, their archives and what is in them, and of the state of series. */
export const groupingBodies = {
  'project.saved': z.object({
    project: ProjectKey,
    name: z.string(),
    description: z.string(),
    active: z.boolean(),
  }),
  'project.archiveSaved': z.object({
    archive: ProjectArchiveKey,
    project: ProjectKey,
    name: z.string(),
    description: z.string(),
    active: z.boolean(),
  }),
  'project.defaultSet': z.object({ archive: ProjectArchiveKey.nullable() }),
  'project.assigned': Members,
  'project.unassigned': Members,
  'series.statusSet': z.object({ series: z.array(SeriesKey), status: z.string(), message: z.string() }),
} as const;
