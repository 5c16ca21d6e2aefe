import { parseArgs } from 'node:util';
import { ActKey, ImageId } from '@shared/model/ids';
import { isNamed, namedOptions, selectionOf } from '../lookup';
import { type Session, withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  ...namedOptions,
  act: { type: 'string' },
  reason: { type: 'string', default: '' },
  text: { type: 'string', default: '' },
  limit: { type: 'string', default: '100' },
  offset: { type: 'string', default: '0' },
  'older-than': { type: 'string' },
} as const;

interface Values {
  readonly act?: string | undefined;
  readonly reason: string;
  readonly text: string;
  readonly limit: string;
  readonly offset: string;
  readonly 'older-than'?: string | undefined;
  readonly patient: readonly string[];
  readonly study: readonly string[];
  readonly series: readonly string[];
  readonly image: readonly string[];
}

const actions: Readonly<Record<string, (session: Session, values: Values) => Promise<void>>> = {
  list,
  add,
  restore,
  empty,
};

/** `trash list | add | restore | empty`. */
export async function trashCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [name = '', ...more] = positionals;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action || more.length > 0)
    throw new UsageError('Say what: trash list, trash add, trash restore or trash empty.');
  return withArchive(values.archive, terminal, false, async (session) => {
    await action(session, values);
    return 0;
  });
}

async function list({ engine, terminal }: Session, values: Values): Promise<void> {
  const page = { limit: wholeNumber(values.limit, 'limit', 1), offset: wholeNumber(values.offset, 'offset', 0) };
  const answer = await engine.verbs['trash.list']({ text: values.text, ...page });
  terminal.answer(answer, () => {
    const lines = answer.rows.map((row) => [row.trashedAt, row.PatientID, row.PatientName, row.reason, row.image]);
    return `${String(answer.total)} images, ${bytes(answer.bytes)}\n\n${table(lines)}`;
  });
}

async function add({ engine, terminal }: Session, values: Values): Promise<void> {
  if (!isNamed(values)) throw new UsageError('Say what: --patient ID, --study UID, --series UID or --image UID.');
  const selection = await selectionOf(engine, values);
  const answer = await engine.verbs['images.trash']({ selection, reason: values.reason });
  terminal.answer(
    answer,
    () => `Put ${String(answer.images)} images into the trash. To undo: trash restore --act ${answer.act}`,
  );
}

async function restore({ engine, terminal }: Session, values: Values): Promise<void> {
  const act = values.act === undefined ? undefined : ActKey.safeParse(values.act.toLowerCase());
  if (act?.success === false) throw new UsageError('--act takes the key that trash add gave.');
  const images = imageIds(values.image);
  const answer = await engine.verbs['trash.restore']({ images, ...(act && { act: act.data }) });
  terminal.answer(answer, () => `Took ${String(answer.images)} images out of the trash.`);
}

async function empty(session: Session, values: Values): Promise<void> {
  const days = values['older-than'];
  const images = imageIds(values.image);
  if (days === undefined && images.length === 0)
    throw new UsageError('Say what to erase for good: --older-than DAYS (0 for all) or --image IMAGE.');
  const olderThanDays = days === undefined ? undefined : wholeNumber(days, 'older-than', 0);
  const begun = await session.engine.verbs['trash.erase']({
    images,
    ...(olderThanDays !== undefined && { olderThanDays }),
  });
  await session.settled(begun.job);
  session.terminal.answer({ images: begun.images }, () => `Erased ${String(begun.images)} images for good.`);
}

/** What lies in the trash is named by its digits only. */
function imageIds(names: readonly string[]): ImageId[] {
  return names.map((name) => {
    const image = ImageId.safeParse(name.toLowerCase());
    if (!image.success) throw new UsageError('--image takes the 64 digits that trash list shows.');
    return image.data;
  });
}

function wholeNumber(text: string, option: string, least: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${option} takes a whole number from ${String(least)} on.`);
  return number;
}
