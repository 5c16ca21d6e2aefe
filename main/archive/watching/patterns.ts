/**
 * Whether a name fits a pattern with `*` (anything) and `?` (one character); case does not matter. Takes time in proportion to
 * name times pattern at worst, whatever the pattern.
 */
export function fitsPattern(name: string, pattern: string): boolean {
  const text = Array.from(name.toLowerCase());
  const wanted = Array.from(pattern.toLowerCase());
  let at = 0;
  let next = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    if (wanted[next] === '*') {
      star = next;
      mark = at;
      next += 1;
    } else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === text[at])) {
      next += 1;
      at += 1;
    } else if (star >= 0) {
      next = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (wanted[next] === '*') next += 1;
  return next === wanted.length;
}

/** Folders that systems keep for themselves on every drive. */
const OF_SYSTEMS = ['system volume information', '$recycle.bin', 'recycler', 'lost+found', '.trash*', 'found.0*'];

/** Whether a name is passed over. */
export function skipper(patterns: readonly string[]): (name: string) => boolean {
  const all = [...patterns, ...OF_SYSTEMS];
  return (name) => all.some((pattern) => fitsPattern(name, pattern));
}
