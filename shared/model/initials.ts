/** Two letters for a face: of the first and the last word of a name, in any script. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s\-_.]+/u)
    .filter(Boolean);
  const letters = [words.at(0), words.length > 1 ? words.at(-1) : undefined].map((word) =>
    Array.from(word ?? '').at(0),
  );
  return letters.join('').toLocaleUpperCase();
}
