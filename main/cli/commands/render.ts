import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FieldboxError } from '@shared/errors';
import { factsOf } from '../../archive/release/facts';
import { actingUser } from '../../archive/actor';
import { mayLeave } from '../../archive/release/gate';
import { writeFileDurably } from '../../platform/durable';
import { imagesNamed } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  out: { type: 'string' },
  frame: { type: 'string', default: '1' },
  window: { type: 'string' },
  height: { type: 'string' },
} as const;

/** `render UID --out FILE.png`: one frame as a PNG; frames count from 1 as in PS3.18. Throws CONSENT_REFUSED: it is an exit. */
export async function renderCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError('Say which image: one SOP Instance UID.');
  if (values.out === undefined) throw new UsageError('Say where to write: --out FILE.png');
  const out = resolve(values.out);
  const frame = whole('--frame', values.frame, 1_000_000) - 1;
  const window = values.window === undefined ? undefined : windowOf(values.window);
  const height = values.height === undefined ? undefined : whole('--height', values.height, 16_384);
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const [image, ...others] = await imagesNamed(engine, name);
    for (const other of others) terminal.say(`Another image has this UID too: ${other.image}`);
    const verdict = mayLeave(factsOf(engine.context.db, image.image), {
      purpose: 'render',
      recipient: 'file',
      person: actingUser(),
    });
    if (!verdict.leaves) throw new FieldboxError(verdict.code);
    const png = await engine.pictures.render(image.image, {
      frame,
      ...(window && { window }),
      ...(height !== undefined && { height }),
    });
    await writeFileDurably(out, png);
    const answer = {
      image: image.image,
      SOPInstanceUID: image.SOPInstanceUID,
      frame: frame + 1,
      out,
      bytes: png.byteLength,
    };
    terminal.answer(answer, () => `${out} (${bytes(png.byteLength)})`);
    return 0;
  });
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new UsageError(`${option} is a whole number from 1 to ${String(most)}.`);
  return value;
}

function windowOf(text: string): { center: number; width: number } {
  const [center, width, ...rest] = text.split(',').map(Number);
  if (
    center === undefined ||
    width === undefined ||
    rest.length > 0 ||
    !Number.isFinite(center) ||
    !Number.isFinite(width) ||
    width <= 0
  ) {
    throw new UsageError('--window is CENTER,WIDTH, for example --window 40,400');
  }
  return { center, width };
}
