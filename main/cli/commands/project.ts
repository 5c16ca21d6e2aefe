import { parseArgs } from 'node:util';
import { FieldboxError } from '@shared/errors';
import type { ProjectArchiveRow, ProjectRow } from '@shared/model/grouping';
import type { Engine } from '../../archive/engine';
import { selectionOf } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const options = {
  ...commonOptions,
  description: { type: 'string', default: '' },
  remove: { type: 'boolean', default: false },
  patient: several,
  study: several,
  series: several,
  image: several,
} as const;

type Values = ReturnType<typeof parsed>['values'];

function parsed(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `project list|add|assign|default`: the grouping above patients. */
export async function projectCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsed(argv);
  const [action, project, archive] = positionals;
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    switch (action) {
      case 'list':
        await list(engine, terminal);
        return 0;
      case 'add':
        await add(engine, terminal, said(project), archive, values.description);
        return 0;
      case 'assign':
        await assign(engine, terminal, await archiveNamed(engine, said(project), said(archive)), values);
        return 0;
      case 'default': {
        const row = await archiveNamed(engine, said(project), said(archive));
        await engine.verbs['projects.setDefault']({ archive: row.archive });
        terminal.answer({ ...row, isDefault: true }, () => `New things go to ${said(project)} / ${row.name}`);
        return 0;
      }
      default:
        throw new UsageError('project list, project add, project assign or project default.');
    }
  });
}

function said(name: string | undefined): string {
  if (name === undefined || name.trim() === '') throw new UsageError('Say which: PROJECT ARCHIVE');
  return name.trim();
}

async function list(engine: Engine, terminal: Terminal): Promise<void> {
  const { rows } = await engine.verbs['projects.list']({});
  terminal.answer({ rows }, () =>
    table([
      ['project', 'archive', 'patients', 'studies', 'series'],
      ...rows.flatMap((row) =>
        row.archives.length === 0 ? [[row.name]] : row.archives.map((each) => line(row, each)),
      ),
    ]),
  );
}

function line(project: ProjectRow, archive: ProjectArchiveRow): string[] {
  return [
    project.name,
    archive.isDefault ? `${archive.name} *` : archive.name,
    String(archive.patients),
    String(archive.studies),
    String(archive.series),
  ];
}

async function projectNamed(engine: Engine, name: string): Promise<ProjectRow | undefined> {
  const { rows } = await engine.verbs['projects.list']({});
  return rows.find((row) => row.name === name);
}

/** Throws GROUP_NOT_FOUND. */
async function archiveNamed(engine: Engine, project: string, archive: string): Promise<ProjectArchiveRow> {
  const row = (await projectNamed(engine, project))?.archives.find((each) => each.name === archive);
  if (!row) throw new FieldboxError('GROUP_NOT_FOUND', { name: `${project} / ${archive}` });
  return row;
}

/** Makes a project, or an archive in it; a project that is there already is used. */
async function add(
  engine: Engine,
  terminal: Terminal,
  name: string,
  archive: string | undefined,
  description: string,
): Promise<void> {
  const known = await projectNamed(engine, name);
  if (archive === undefined) {
    const row = await engine.verbs['projects.create']({ name, description });
    terminal.answer(row, () => row.name);
    return;
  }
  const project = known ?? (await engine.verbs['projects.create']({ name, description: '' }));
  const row = await engine.verbs['projects.createArchive']({
    project: project.project,
    name: said(archive),
    description,
  });
  terminal.answer(row, () => `${project.name} / ${row.name}`);
}

async function assign(engine: Engine, terminal: Terminal, row: ProjectArchiveRow, values: Values): Promise<void> {
  const selection = await selectionOf(engine, values);
  const { archive } = row;
  if (values.remove) {
    const answer = await engine.verbs['projects.unassign']({ archive, selection });
    terminal.answer(answer, () => `${String(answer.removed)} series taken out of ${row.name}`);
  } else {
    const answer = await engine.verbs['projects.assign']({ archive, selection });
    terminal.answer(answer, () => `${String(answer.added)} series put into ${row.name}`);
  }
}
