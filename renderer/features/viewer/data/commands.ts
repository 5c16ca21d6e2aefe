/** Everything a key can do in the viewer. */
export type CommandId =
  | 'toolWindow'
  | 'toolPan'
  | 'toolZoom'
  | 'toolLength'
  | 'toolMagnifier'
  | 'invert'
  | 'fit'
  | 'oneToOne'
  | 'zoomIn'
  | 'zoomOut'
  | 'rotateRight'
  | 'rotateLeft'
  | 'flipHorizontal'
  | 'flipVertical'
  | 'reset'
  | 'previous'
  | 'next'
  | 'tenBack'
  | 'tenOn'
  | 'first'
  | 'last'
  | 'panLeft'
  | 'panRight'
  | 'panUp'
  | 'panDown'
  | 'play'
  | 'slower'
  | 'faster'
  | 'overlay'
  | 'tags'
  | 'smooth'
  | 'deleteLine'
  | 'help'
  | 'close';

/** A command, or the digit of a window. */
export type Command = { readonly id: CommandId } | { readonly id: 'preset'; readonly key: string };

/** How a shortcut is written on the help page, keycap by keycap. */
export const SHORTCUTS: Readonly<Record<CommandId, readonly string[]>> = {
  toolWindow: ['W'],
  toolPan: ['P'],
  toolZoom: ['Z'],
  toolLength: ['L'],
  toolMagnifier: ['M'],
  invert: ['I'],
  fit: ['F'],
  oneToOne: ['N'],
  zoomIn: ['+'],
  zoomOut: ['−'],
  rotateRight: ['R'],
  rotateLeft: ['Shift', 'R'],
  flipHorizontal: ['H'],
  flipVertical: ['V'],
  reset: ['Backspace'],
  previous: ['↑'],
  next: ['↓'],
  tenBack: ['Page ↑'],
  tenOn: ['Page ↓'],
  first: ['Home'],
  last: ['End'],
  panLeft: ['Shift', '←'],
  panRight: ['Shift', '→'],
  panUp: ['Shift', '↑'],
  panDown: ['Shift', '↓'],
  play: ['C'],
  slower: [','],
  faster: ['.'],
  overlay: ['O'],
  tags: ['T'],
  smooth: ['S'],
  deleteLine: ['Delete'],
  help: ['?'],
  close: ['Esc'],
};

const LETTERS: Readonly<Record<string, CommandId>> = {
  w: 'toolWindow',
  p: 'toolPan',
  z: 'toolZoom',
  l: 'toolLength',
  m: 'toolMagnifier',
  i: 'invert',
  f: 'fit',
  n: 'oneToOne',
  h: 'flipHorizontal',
  v: 'flipVertical',
  c: 'play',
  o: 'overlay',
  t: 'tags',
  s: 'smooth',
};

const NAMED: Readonly<Record<string, CommandId>> = {
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '−': 'zoomOut',
  ',': 'slower',
  '،': 'slower',
  '.': 'faster',
  '?': 'help',
  '؟': 'help',
  F1: 'help',
  Backspace: 'reset',
  PageUp: 'tenBack',
  PageDown: 'tenOn',
  Home: 'first',
  End: 'last',
  Delete: 'deleteLine',
  Escape: 'close',
};

/** The part of a keyboard event that counts. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * The command of a key. Letters go by what is printed on a Latin keyboard and, where the layout writes another script,
 * by the key's place; digits go by place, since some layouts (French) put them behind Shift. In right-to-left
 * languages the left arrow goes on, as the slider does.
 */
export function commandOf(press: KeyPress, rightToLeft: boolean): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(press.code)?.[1];
  if (digit !== undefined && !(press.shiftKey && press.key === '?')) return { id: 'preset', key: digit };
  const arrow = arrowCommand(press, rightToLeft);
  if (arrow) return { id: arrow };
  const named = NAMED[press.key];
  if (named) return { id: named };
  const place = /^Key([A-Z])$/.exec(press.code)?.[1];
  const letter = /^[a-z]$/i.test(press.key) ? press.key.toLowerCase() : place?.toLowerCase();
  if (letter === 'r') return { id: press.shiftKey ? 'rotateLeft' : 'rotateRight' };
  const command = letter === undefined ? undefined : LETTERS[letter];
  return command ? { id: command } : null;
}

function arrowCommand({ key, shiftKey }: KeyPress, rightToLeft: boolean): CommandId | null {
  switch (key) {
    case 'ArrowUp':
      return shiftKey ? 'panUp' : 'previous';
    case 'ArrowDown':
      return shiftKey ? 'panDown' : 'next';
    case 'ArrowLeft':
      if (shiftKey) return 'panLeft';
      return rightToLeft ? 'next' : 'previous';
    case 'ArrowRight':
      if (shiftKey) return 'panRight';
      return rightToLeft ? 'previous' : 'next';
    default:
      return null;
  }
}
