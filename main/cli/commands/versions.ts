import { parseArgs } from 'node:util';
import { ImageId } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import { imagesNamed } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';
import { requiredReason } from './merge';

const options = { ...commonOptions, revert: { type: 'string' }, reason: { type: 'string', default: '' } } as const;

/** `versions UID`: all versions of an image; with --revert VERSION it goes back to that one. */
export async function versionsCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('Say which image: one UID.');
  const to = values.revert === undefined ? undefined : ImageId.safeParse(values.revert.toLowerCase());
  if (to?.success === false) throw new UsageError('--revert takes the 64 digits of a version.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const image = await imageOf(engine, name);
    if (to !== undefined)
      await engine.verbs['images.revert']({ image, to: to.data, reason: requiredReason(values.reason) });
    const { rows } = await engine.verbs['images.versions']({ image });
    terminal.answer({ rows }, () =>
      table(
        rows.map((row) => [
          row.image,
          row.current ? 'current' : `until ${row.replacedAt ?? ''}`,
          row.PatientID,
          row.reason,
        ]),
      ),
    );
    return 0;
  });
}

/** Versions that are set aside are named by their digits only. */
async function imageOf(engine: Engine, name: string): Promise<ImageId> {
  const own = ImageId.safeParse(name.toLowerCase());
  if (own.success) return own.data;
  const [first] = await imagesNamed(engine, name);
  return first.image;
}
