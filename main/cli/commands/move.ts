import { parseArgs } from 'node:util';
import { ActKey } from '@shared/model/ids';
import { isNamed, namedOptions, patientNamed, selectionOf } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';
import { requiredReason } from './merge';

const options = {
  ...commonOptions,
  ...namedOptions,
  to: { type: 'string' },
  undo: { type: 'string' },
  reason: { type: 'string', default: '' },
} as const;

/** `move --to NUMBER --reason TEXT`: images taken on the wrong patient; `move --undo ACT` brings them back as they were. */
export async function moveCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.undo !== undefined) return undo(values.undo, values, terminal);
  const { to } = values;
  if (to === undefined) throw new UsageError('Say whose they are: --to NUMBER');
  if (!isNamed(values))
    throw new UsageError('Say what to move: --patient ID, --study UID, --series UID or --image UID.');
  const reason = requiredReason(values.reason);
  return withArchive(values.archive, terminal, false, async (session) => {
    const { verbs } = session.engine;
    const selection = await selectionOf(session.engine, values);
    const { patient } = await patientNamed(session.engine, to);
    const preview = await verbs['images.movePreview']({ selection, patient });
    const { job, act } = await verbs['images.move']({ selection, patient, reason });
    await session.settled(job);
    const { images, wholeStudies, splitStudies } = preview;
    const answer = { act, images, wholeStudies, splitStudies, patient };
    terminal.answer(
      answer,
      () => `Moved ${String(images)} images to ${preview.to.PatientID}. To undo: move --undo ${act}`,
    );
    return 0;
  });
}

async function undo(
  name: string,
  { archive, reason }: { readonly archive?: string | undefined; readonly reason: string },
  terminal: Terminal,
): Promise<number> {
  const act = ActKey.safeParse(name.toLowerCase());
  if (!act.success) throw new UsageError('--undo takes the key that the move gave.');
  return withArchive(archive, terminal, false, async ({ engine }) => {
    const answer = await engine.verbs['images.undoMove']({ act: act.data, reason });
    terminal.answer(answer, () => `Brought back ${String(answer.images)} images.`);
    return 0;
  });
}
