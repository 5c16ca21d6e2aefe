/** Text that a person likes to read on a terminal. */

/** Seconds since a `performance.now()`, to the millisecond. */
export function seconds(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}

/** Control characters but line ends (of CSV too) and tab (C0, DEL, C1), and those that turn the direction of writing (UAX 9). */
const COMMANDING = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g;

/** Text with names that others have given to files and people: a terminal shows it, and obeys nothing in it. */
export function harmless(text: string): string {
  return text.replace(COMMANDING, '\ufffd');
}

/** The same in one line: a name cannot pretend to be the next row. */
function inOneLine(cell: string): string {
  return harmless(cell).replace(/[\r\n\t]/g, '\ufffd');
}

/** Rows under each other with columns of equal width; the last column runs on. */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(inOneLine));
  const widths: number[] = [];
  for (const row of rows) row.slice(0, -1).forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at < row.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** 1536 -> "1.5 KiB". */
export function bytes(count: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
