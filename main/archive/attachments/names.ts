/** Controls, and marks that turn text around or hide (a name must not show `gpj.exe` as `exe.jpg`). */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\p{Surrogate}]+/gu;
const LONGEST = 255;

/** What a file is called, without folders of any system and without what does not show; `file` when nothing is left. */
export function fileNameOf(path: string): string {
  const name = (path.split(/[/\\]/).at(-1) ?? '').replace(HIDDEN, '').trim();
  const points = Array.from(name);
  if (points.length <= LONGEST) return name === '' || /^\.+$/.test(name) ? 'file' : name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  return points.slice(0, LONGEST - ending.length).join('') + ending;
}
