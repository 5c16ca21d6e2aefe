import { parseArgs } from 'node:util';
import { imagesNamed } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const VALUE_SHOWN = 120;

/** `show UID`: every attribute of an image, as DICOM JSON (PS3.18 F) or as a list. */
export async function showCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options: commonOptions, allowPositionals: true });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError('Say which image: one SOP Instance UID.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const [image, ...others] = await imagesNamed(engine, name);
    for (const other of others) terminal.say(`Another image has this UID too: ${other.image}`);
    if (terminal.json) {
      const path = await engine.context.objects.require(image.image);
      terminal.answerText((await engine.context.pool.run('dicomJson', { path })).json);
    } else {
      const { rows } = await engine.verbs['catalog.tags']({ image: image.image });
      const lines = rows.map((row) => [
        '  '.repeat(row.depth) + row.tag,
        row.vr,
        row.keyword === '' ? row.name : row.keyword,
        row.value.length > VALUE_SHOWN ? `${row.value.slice(0, VALUE_SHOWN)}…` : row.value,
      ]);
      terminal.answer(rows, () => table(lines));
    }
    return 0;
  });
}
