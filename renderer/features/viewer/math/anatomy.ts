import { functionalValue, valueOf, type Attribute } from '../data/attributes';
import { edges, type Orientation } from './transform';

/** Letters at the four edges of the picture; empty where the file does not say. */
export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

const OPPOSITE: Readonly<Record<string, string>> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };

/** The other end of a direction such as AR; empty for letters that have none (those of quadrupeds). */
function opposite(letters: string): string {
  const turned = Array.from(letters, (letter) => OPPOSITE[letter] ?? '');
  return turned.includes('') ? '' : turned.join('');
}

/** Parts of a direction smaller than this are left out: an oblique of less than about 17 degrees reads as straight. */
const SLIGHT = 0.3;

/** A direction in the patient's system (x to the left, y to the back, z to the head; PS3.3 C.7.6.2.1.1) as letters. */
function lettersOf(direction: readonly number[]): string {
  const names = [
    ['L', 'R'],
    ['P', 'A'],
    ['H', 'F'],
  ] as const;
  return direction
    .map((part, axis) => ({ size: Math.abs(part), letter: names[axis]?.[part >= 0 ? 0 : 1] ?? '' }))
    .filter(({ size }) => size >= SLIGHT)
    .sort((one, other) => other.size - one.size)
    .map(({ letter }) => letter)
    .join('');
}

/**
 * Directions of the rows (to the right) and columns (down) of the stored image: from Patient Orientation (PS3.3
 * C.7.6.1.1.1), else from Image Orientation (Patient) of an upright being. Null if neither is there or usable: letters
 * are never guessed.
 */
export function imageDirections(
  attributes: readonly Attribute[],
  frame: number,
): { row: string; column: string } | null {
  const stated = valueOf(attributes, 'PatientOrientation').split('\\');
  const [row = '', column = ''] = stated.map((text) => text.trim());
  const usual = /^[A-Z]{1,3}$/;
  if (usual.test(row) && usual.test(column)) return { row, column };
  if (valueOf(attributes, 'AnatomicalOrientationType') === 'QUADRUPED') return null;
  const cosines = functionalValue(attributes, frame, '00209116', '00200037').split('\\').map(Number.parseFloat);
  if (cosines.length !== 6 || !cosines.every(Number.isFinite)) return null;
  const found = { row: lettersOf(cosines.slice(0, 3)), column: lettersOf(cosines.slice(3)) };
  return found.row && found.column ? found : null;
}

/** Letters for the edges of the screen when the picture is turned like this. */
export function edgeLetters(directions: { row: string; column: string } | null, orientation: Orientation): EdgeLetters {
  if (!directions) return { left: '', right: '', top: '', bottom: '' };
  const sides = {
    'x+': directions.row,
    'x-': opposite(directions.row),
    'y+': directions.column,
    'y-': opposite(directions.column),
  };
  const at = edges(orientation);
  return { left: sides[at.left], right: sides[at.right], top: sides[at.top], bottom: sides[at.bottom] };
}
