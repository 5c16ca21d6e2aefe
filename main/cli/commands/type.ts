import { parseArgs } from 'node:util';
import { RuleKey } from '@shared/model/ids';
import { conditionOf, conditionText, oneName, seriesMeant, typeNamed, verbOf } from '../classification';
import { type Session, withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  series: { type: 'string', multiple: true, default: [] as string[] },
  where: { type: 'string', multiple: true, default: [] as string[] },
  wait: { type: 'boolean', default: false },
} as const;
const VERBS = ['list', 'add', 'remove', 'rename', 'rule', 'assign', 'unassign', 'reassign', 'status'] as const;
const RULE_VERBS = ['list', 'add', 'remove'] as const;

interface Values {
  readonly series: readonly string[];
  readonly where: readonly string[];
  readonly wait: boolean;
}

/** `type list|add|remove|rename|rule|assign|unassign|reassign|status`: types that series are sorted into, and their rules. */
export async function typeCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [given, ...words] = positionals;
  const verb = verbOf('type', VERBS, given);
  return withArchive(values.archive, terminal, false, async (session) => {
    await answer(session, verb, words, values);
    return 0;
  });
}

async function answer(
  session: Session,
  verb: (typeof VERBS)[number],
  words: readonly string[],
  values: Values,
): Promise<void> {
  const { engine, terminal } = session;
  switch (verb) {
    case 'list':
      return listTypes(session, values.series);
    case 'add': {
      const row = await engine.verbs['seriesTypes.create']({ name: oneName('type', words) });
      terminal.answer(row, () => row.name);
      break;
    }
    case 'remove': {
      const type = await typeNamed(engine, oneName('type', words));
      await engine.verbs['seriesTypes.remove']({ type });
      terminal.answer({ type }, () => 'Removed.');
      break;
    }
    case 'rename': {
      const [from, to, ...others] = words;
      if (from === undefined || to === undefined || others.length > 0) throw new UsageError('type rename NAME NEWNAME');
      const row = await engine.verbs['seriesTypes.rename']({ type: await typeNamed(engine, from), name: to });
      terminal.answer(row, () => row.name);
      break;
    }
    case 'rule':
      return rule(session, words, values);
    case 'assign':
    case 'unassign': {
      const type = await typeNamed(engine, oneName('type', words));
      const series = await seriesMeant(engine, values.series);
      if (verb === 'assign') await engine.verbs['seriesTypes.assign']({ series, type });
      else await engine.verbs['seriesTypes.unassign']({ series, type });
      terminal.answer({ type, series }, () => `${String(series.length)} series`);
      break;
    }
    case 'reassign':
      return reassign(session, values.wait);
    case 'status': {
      const status = await engine.verbs['seriesTypes.status']({});
      terminal.answer(status, () =>
        status.running
          ? `Sorting: ${String(status.waiting)} to go of ${String(status.total)}`
          : 'Everything is sorted.',
      );
      break;
    }
  }
}

async function listTypes({ engine, terminal }: Session, names: readonly string[]): Promise<void> {
  if (names.length === 0) {
    const { rows } = await engine.verbs['seriesTypes.list']({});
    terminal.answer({ rows }, () =>
      table(rows.map((row) => [row.name, `${String(row.rules)} rules`, `${String(row.series)} series`])),
    );
    return;
  }
  const { rows } = await engine.verbs['seriesTypes.of']({ series: await seriesMeant(engine, names) });
  terminal.answer({ rows }, () =>
    table(
      rows.flatMap(({ series, types }) =>
        types.map(({ name, byHand }) => [series, name, byHand ? 'by hand' : 'by rule']),
      ),
    ),
  );
}

async function rule(
  { engine, terminal }: Session,
  [given, ...words]: readonly string[],
  values: Values,
): Promise<void> {
  switch (verbOf('type rule', RULE_VERBS, given)) {
    case 'list': {
      const type = await typeNamed(engine, oneName('type', words));
      const { rows } = await engine.verbs['seriesTypes.rules']({ type });
      terminal.answer({ rows }, () =>
        rows.map((row) => `${row.rule}  ${row.conditions.map(conditionText).join('  and  ')}`).join('\n'),
      );
      break;
    }
    case 'add': {
      if (values.where.length === 0) throw new UsageError('Say when it fits: --where CONDITION');
      const type = await typeNamed(engine, oneName('type', words));
      const row = await engine.verbs['seriesTypes.addRule']({ type, conditions: values.where.map(conditionOf) });
      terminal.answer(row, () => row.rule);
      break;
    }
    case 'remove': {
      const key = RuleKey.safeParse(oneName('rule', words));
      if (!key.success) throw new UsageError('Say which rule: its key, as "type rule list" gives it.');
      await engine.verbs['seriesTypes.removeRule']({ rule: key.data });
      terminal.answer({ rule: key.data }, () => 'Removed.');
      break;
    }
  }
}

/** Without `wait` what is not done when the command ends is done when the archive is opened next. */
async function reassign(session: Session, wait: boolean): Promise<void> {
  const { engine, terminal } = session;
  const { job } = await engine.verbs['seriesTypes.reassign']({});
  if (wait) await session.settled(job);
  const status = await engine.verbs['seriesTypes.status']({});
  terminal.answer(status, () =>
    status.running ? 'It goes on whenever the archive is open.' : `${String(status.total)} series sorted.`,
  );
}
