import { parseArgs } from 'node:util';
import type { ChangedValue } from '@shared/contract/identity';
import { imagesNamed, isNamed, namedOptions, selectionOf } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';
import { requiredReason } from './merge';

const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const options = {
  ...commonOptions,
  ...namedOptions,
  set: several,
  remove: several,
  uids: { type: 'boolean', default: false },
  coerce: { type: 'boolean', default: false },
  reason: { type: 'string', default: '' },
} as const;

/** `modify [UID] --set PATH=VALUE...`: changes attributes; each image gets a new version and the old one is kept. */
export async function modifyCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const changes: ChangedValue[] = [
    ...values.set.map(changeOf),
    ...values.remove.map((path): ChangedValue => ({ path, value: null })),
  ];
  if (changes.length === 0) throw new UsageError('Say what to change: --set PATH=VALUE or --remove PATH');
  if (positionals.length === 0 && !isNamed(values)) throw new UsageError('Say which images, by UID.');
  const reason = requiredReason(values.reason);
  return withArchive(values.archive, terminal, false, async (session) => {
    const { engine } = session;
    const selection = await selectionOf(engine, values);
    for (const name of positionals) for (const row of await imagesNamed(engine, name)) selection.images.push(row.image);
    const modification = values.coerce ? 'COERCE' : 'CORRECT';
    const { uids } = values;
    const { job, act } = await engine.verbs['images.modify']({
      selection,
      values: changes,
      uids,
      modification,
      reason,
    });
    const { added: images } = await session.settled(job);
    terminal.answer({ act, images }, () => `Changed. ${String(images)} images; the old versions are kept.`);
    return 0;
  });
}

/** PATH=VALUE; the path holds no equals sign. */
function changeOf(text: string): ChangedValue {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set is PATH=VALUE, for example StudyDescription=Knee: "${text}"`);
  return { path: text.slice(0, at), value: text.slice(at + 1) };
}
