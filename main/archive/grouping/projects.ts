import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { GroupSelection, ProjectArchiveRow, ProjectRow } from '@shared/model/grouping';
import { ProjectArchiveKey, ProjectKey, SeriesKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { idOf, statement } from '../index-writer/statements';
import type { InTurn } from '../people/in-turn';
import type { Members } from '../records/bodies/grouping';

export type ProjectVerb =
  | 'projects.list'
  | 'projects.create'
  | 'projects.update'
  | 'projects.createArchive'
  | 'projects.updateArchive'
  | 'projects.setDefault'
  | 'projects.assign'
  | 'projects.unassign'
  | 'projects.memberships';

const ARCHIVE = `SELECT a.key AS archive, p.key AS project, a.name, a.description, a.active, a.is_default AS isDefault,
  (SELECT count(*) FROM (SELECT s.patient_id FROM archive_series AS m JOIN series AS s ON s.id = m.series_id WHERE m.archive_id = a.id
    UNION SELECT patient_id FROM archive_patient WHERE archive_id = a.id)) AS patients,
  (SELECT count(DISTINCT s.study_id) FROM archive_series AS m JOIN series AS s ON s.id = m.series_id WHERE m.archive_id = a.id) AS studies,
  (SELECT count(*) FROM archive_series AS m WHERE m.archive_id = a.id) AS series
  FROM project_archive AS a JOIN project AS p ON p.id = a.project_id`;

/** Projects, the archives in them, and what is in those: the grouping above patients. */
export function createProjects(ctx: EngineContext, inTurn: InTurn): Handlers<ProjectVerb> {
  const { db } = ctx;
  const archives = (): ProjectArchiveRow[] =>
    (statement(db, `${ARCHIVE} ORDER BY a.name_folded, a.id`).all() as RawArchive[]).map(archiveOf);
  const archive = (key: ProjectArchiveKey): ProjectArchiveRow => {
    const row = statement(db, `${ARCHIVE} WHERE a.key = ?`).get(key) as RawArchive | undefined;
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'archive' });
    return archiveOf(row);
  };
  const projects = (): ProjectRow[] => {
    const rows = statement(
      db,
      'SELECT key AS project, name, description, active FROM project ORDER BY name_folded, id',
    ).all() as RawProject[];
    const all = archives();
    return rows.map((row) => ({
      ...row,
      active: row.active === 1,
      archives: all.filter(({ project }) => project === row.project),
    }));
  };
  const project = (key: ProjectKey): ProjectRow => {
    const row = projects().find((each) => each.project === key);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'project' });
    return row;
  };
  const saveProject = async (row: Omit<ProjectRow, 'archives'>): Promise<ProjectRow> => {
    refuseTwin(
      projects().filter((other) => other.project !== row.project),
      row.name,
    );
    const { name, description, active } = row;
    await ctx.commit([{ type: 'project.saved', body: { project: row.project, name, description, active } }]);
    return project(row.project);
  };
  const saveArchive = async (body: Parameters<typeof archiveRecord>[0]): Promise<ProjectArchiveRow> => {
    refuseTwin(
      project(body.project).archives.filter((other) => other.archive !== body.archive),
      body.name,
    );
    await ctx.commit([archiveRecord(body)]);
    return archive(body.archive);
  };
  const countIn = (key: ProjectArchiveKey): number => archive(key).series;

  return {
    'projects.list': async () => Promise.resolve({ rows: projects() }),
    'projects.create': ({ name, description }) =>
      inTurn(() => saveProject({ project: ProjectKey.parse(randomUUID()), name, description, active: true })),
    'projects.update': ({ project: key, changes }) =>
      inTurn(() => saveProject({ project: project(key).project, ...changes })),
    'projects.createArchive': ({ project: key, name, description }) =>
      inTurn(() => {
        if (!project(key).active) throw new FieldboxError('GROUP_CLOSED');
        return saveArchive({
          archive: ProjectArchiveKey.parse(randomUUID()),
          project: key,
          name,
          description,
          active: true,
        });
      }),
    'projects.updateArchive': ({ archive: key, changes }) =>
      inTurn(async () => {
        const before = archive(key);
        // A closed archive takes in nothing, so it cannot be where everything new goes.
        if (before.isDefault && !changes.active) await setDefault(ctx, null);
        return saveArchive({ archive: key, project: before.project, ...changes });
      }),
    'projects.setDefault': ({ archive: key }) =>
      inTurn(async () => {
        if (key !== null) requireOpenArchive(ctx, key);
        await setDefault(ctx, key);
        return {};
      }),
    'projects.assign': ({ archive: key, selection }) =>
      inTurn(async () => {
        requireOpenArchive(ctx, key);
        const before = countIn(key);
        await ctx.commit([{ type: 'project.assigned', body: membersOf(ctx, key, selection) }]);
        return { added: countIn(key) - before };
      }),
    'projects.unassign': ({ archive: key, selection }) =>
      inTurn(async () => {
        const before = countIn(key);
        await ctx.commit([{ type: 'project.unassigned', body: membersOf(ctx, key, selection) }]);
        return { removed: before - countIn(key) };
      }),
    'projects.memberships': async (input) => Promise.resolve({ rows: membershipsOf(ctx, input) }),
  };
}

function archiveRecord(body: {
  readonly archive: ProjectArchiveKey;
  readonly project: ProjectKey;
  readonly name: string;
  readonly description: string;
  readonly active: boolean;
}) {
  const { archive, project, name, description, active } = body;
  return { type: 'project.archiveSaved', body: { archive, project, name, description, active } } as const;
}

async function setDefault(ctx: EngineContext, archive: ProjectArchiveKey | null): Promise<void> {
  await ctx.commit([{ type: 'project.defaultSet', body: { archive } }]);
}

function refuseTwin(others: readonly { readonly name: string }[], name: string): void {
  if (others.some((other) => foldText(other.name) === foldText(name)))
    throw new FieldboxError('GROUP_NAME_TAKEN', { name });
}

/** The archive, when it takes in new things. Throws NOT_FOUND, GROUP_CLOSED. */
export function requireOpenArchive(ctx: Pick<EngineContext, 'db'>, key: ProjectArchiveKey): ProjectArchiveKey {
  const row = statement(
    ctx.db,
    `SELECT a.active AND p.active AS open FROM project_archive AS a JOIN project AS p ON p.id = a.project_id WHERE a.key = ?`,
  ).get(key) as { open: number } | undefined;
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'archive' });
  if (row.open !== 1) throw new FieldboxError('GROUP_CLOSED');
  return key;
}

/** Where something new goes: what was said, else the default archive. Throws NOT_FOUND, GROUP_CLOSED. */
export function archiveForNew(
  ctx: Pick<EngineContext, 'db'>,
  said: ProjectArchiveKey | null | undefined,
): ProjectArchiveKey | null {
  if (said !== undefined) return said === null ? null : requireOpenArchive(ctx, said);
  const row = statement(
    ctx.db,
    `SELECT a.key FROM project_archive AS a JOIN project AS p ON p.id = a.project_id
     WHERE a.is_default = 1 AND a.active = 1 AND p.active = 1`,
  ).get() as { key: ProjectArchiveKey } | undefined;
  return row?.key ?? null;
}

/** What a selection comes to; images stand for their series. Throws NOT_FOUND, GROUP_NOTHING_CHOSEN. */
function membersOf(ctx: EngineContext, archive: ProjectArchiveKey, selection: GroupSelection): Members {
  const { db } = ctx;
  if (idOf(db, 'project_archive', archive) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'archive' });
  const known = <K extends string>(level: 'patient' | 'study' | 'series', keys: readonly K[]): K[] =>
    keys.map((key) => {
      if (idOf(db, level, key) === undefined) throw new FieldboxError('NOT_FOUND', { what: level });
      return key;
    });
  const ofImages = selection.images.map((image) => {
    const row = statement(
      db,
      'SELECT series.key FROM image JOIN series ON series.id = image.series_id WHERE image.object = ?',
    ).get(image) as { key: string } | undefined;
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'image' });
    return SeriesKey.parse(row.key);
  });
  const patients = known('patient', selection.patients);
  const studies = known('study', selection.studies);
  const series = [...new Set([...known('series', selection.series), ...ofImages])];
  if (patients.length + studies.length + series.length === 0) throw new FieldboxError('GROUP_NOTHING_CHOSEN');
  return { archive, patients, studies, series };
}

type Thing = { readonly patient: string } | { readonly study: string } | { readonly series: string };

function membershipsOf(ctx: EngineContext, thing: Thing): { archive: ProjectArchiveKey; whole: boolean }[] {
  const [level, key] =
    'patient' in thing
      ? (['patient', thing.patient] as const)
      : 'study' in thing
        ? (['study', thing.study] as const)
        : (['series', thing.series] as const);
  const id = idOf(ctx.db, level, key);
  if (id === undefined) throw new FieldboxError('NOT_FOUND', { what: level });
  const column = level === 'series' ? 's.id' : `s.${level}_id`;
  const own = level === 'series' ? '' : `UNION SELECT archive_id FROM archive_${level} WHERE ${level}_id = @id`;
  const rows = statement(
    ctx.db,
    `SELECT a.key AS archive, a.id FROM project_archive AS a WHERE a.id IN (
       SELECT m.archive_id FROM series AS s JOIN archive_series AS m ON m.series_id = s.id WHERE ${column} = @id ${own})
     ORDER BY a.name_folded, a.id`,
  ).all({ id }) as { archive: ProjectArchiveKey; id: number }[];
  const outside = statement(
    ctx.db,
    `SELECT 1 FROM series AS s WHERE ${column} = @id
       AND NOT EXISTS (SELECT 1 FROM archive_series AS m WHERE m.archive_id = @archive AND m.series_id = s.id) LIMIT 1`,
  );
  return rows.map((row) => ({ archive: row.archive, whole: !outside.get({ id, archive: row.id }) }));
}

type RawProject = Omit<ProjectRow, 'active' | 'archives'> & { readonly active: number };
type RawArchive = Omit<ProjectArchiveRow, 'active' | 'isDefault'> & {
  readonly active: number;
  readonly isDefault: number;
};

function archiveOf(row: RawArchive): ProjectArchiveRow {
  return { ...row, active: row.active === 1, isDefault: row.isDefault === 1 };
}
