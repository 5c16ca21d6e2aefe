import { describe, expect, it } from 'vitest';
import type { TagRow } from '@shared/contract/catalog';
import { functionalValue, isLossy, lateralityOf, valueOf } from '../../../renderer/features/viewer/data/attributes';
import { commandOf, SHORTCUTS, type KeyPress } from '../../../renderer/features/viewer/data/commands';
import { asWindow } from '../../../renderer/features/viewer/data/look';
import { printedTag, searchTags } from '../../../renderer/features/viewer/data/tagSearch';
import { smoothingFor } from '../../../renderer/features/viewer/draw/stage';
import { edgeLetters, imageDirections } from '../../../renderer/features/viewer/math/anatomy';
import { insideImage, lengthOf } from '../../../renderer/features/viewer/math/measure';
import { PRESETS, voiOfChoice, windowChoices } from '../../../renderer/features/viewer/math/presets';
import { FITTED, turned, UPRIGHT } from '../../../renderer/features/viewer/math/transform';
import { wheelSteps } from '../../../renderer/features/viewer/ui/gestures';
import { showMillimetres, showPercent, showValue } from '../../../renderer/features/viewer/ui/numbers';
import { grayHeader } from './frames';

const tag = (keyword: string, value: string, path = '00000000'): TagRow => ({
  path,
  tag: path.slice(-8),
  keyword,
  name: keyword,
  vr: 'CS',
  depth: 0,
  value,
  multiplicity: 1,
  namePath: keyword,
  length: value.length,
});

describe('lengths', () => {
  const line = { from: { x: 10, y: 10 }, to: { x: 13, y: 14 } };

  it('use the distance of rows and columns, and say whose they are', () => {
    const spacing = { row: 2, column: 0.5, kind: 'patient' } as const;
    expect(lengthOf(line, { spacing, pixelAspect: 4 })).toEqual({ value: Math.hypot(1.5, 8), basis: 'patient' });
    expect(lengthOf(line, { spacing: { ...spacing, kind: 'imager' }, pixelAspect: 1 }).basis).toBe('imager');
  });

  it('are pixels where the file says nothing', () => {
    expect(lengthOf(line, { spacing: null, pixelAspect: 1 })).toEqual({ value: 5, basis: 'pixels' });
    expect(lengthOf(line, { spacing: null, pixelAspect: 2 }).value).toBeCloseTo(Math.hypot(3, 8), 9);
  });

  it('end within the picture', () => {
    expect(insideImage({ x: -4, y: 900 }, { width: 100, height: 50 })).toEqual({ x: 0, y: 50 });
  });
});

describe('letters at the edges', () => {
  const axial = [tag('ImageOrientationPatient', '1\\0\\0\\0\\1\\0', '00200037')];

  it('come from the orientation and turn with the picture', () => {
    const directions = imageDirections(axial, 0);
    expect(directions).toEqual({ row: 'L', column: 'P' });
    expect(edgeLetters(directions, UPRIGHT)).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    const right = turned(FITTED, 'right').orientation;
    expect(edgeLetters(directions, right)).toEqual({ left: 'P', right: 'A', top: 'R', bottom: 'L' });
    const mirrored = turned(FITTED, 'horizontal').orientation;
    expect(edgeLetters(directions, mirrored)).toEqual({ left: 'L', right: 'R', top: 'A', bottom: 'P' });
  });

  it('come from Patient Orientation first, and from functional groups', () => {
    expect(imageDirections([tag('PatientOrientation', 'A\\F', '00200020'), ...axial], 0)).toEqual({
      row: 'A',
      column: 'F',
    });
    const grouped = [
      tag('ImageOrientationPatient', '0\\1\\0\\0\\0\\-1', '52009229[0].00209116[0].00200037'),
      tag('ImageOrientationPatient', '1\\0\\0\\0\\0\\-1', '52009230[1].00209116[0].00200037'),
    ];
    expect(imageDirections(grouped, 0)).toEqual({ row: 'P', column: 'F' });
    expect(imageDirections(grouped, 1)).toEqual({ row: 'L', column: 'F' });
  });

  it('name oblique directions by their larger parts', () => {
    const oblique = [tag('ImageOrientationPatient', '0.8\\0.6\\0\\0\\0.1\\-0.99', '00200037')];
    expect(imageDirections(oblique, 0)).toEqual({ row: 'LP', column: 'F' });
    expect(edgeLetters({ row: 'LP', column: 'F' }, UPRIGHT)).toMatchObject({ left: 'RA', top: 'H' });
  });

  it('are never invented', () => {
    expect(imageDirections([], 0)).toBeNull();
    expect(imageDirections([tag('ImageOrientationPatient', '1\\0\\0', '00200037')], 0)).toBeNull();
    expect(imageDirections([...axial, tag('AnatomicalOrientationType', 'QUADRUPED')], 0)).toBeNull();
    expect(edgeLetters(null, UPRIGHT)).toEqual({ left: '', right: '', top: '', bottom: '' });
    // Directions of animals have no opposites in this alphabet.
    expect(edgeLetters({ row: 'LE', column: 'V' }, UPRIGHT)).toEqual({ left: '', right: 'LE', top: '', bottom: 'V' });
  });
});

describe('attributes', () => {
  it('are read at the top level only, and in the groups of a frame', () => {
    const rows = [tag('PatientSex', 'M', '00400555[0].00100040'), tag('PatientSex', 'F ', '00100040')];
    expect(valueOf(rows, 'PatientSex')).toBe('F');
    expect(valueOf(rows, 'PatientAge')).toBe('');
    expect(functionalValue(rows, 0, '00209116', '00200037')).toBe('');
  });

  it('tell side and loss', () => {
    expect(lateralityOf([tag('Laterality', 'L'), tag('ImageLaterality', 'R')], 0)).toBe('R');
    expect(lateralityOf([tag('FrameLaterality', 'L', '52009230[2].00209071[0].00209072')], 2)).toBe('L');
    expect(lateralityOf([tag('Laterality', 'left')], 0)).toBe('');
    expect(isLossy([tag('LossyImageCompression', '01')], '1.2.840.10008.1.2.1')).toBe(true);
    expect(isLossy([], '1.2.840.10008.1.2.4.50')).toBe(true);
    expect(isLossy([tag('LossyImageCompression', '00')], '1.2.840.10008.1.2.4.70')).toBe(false);
  });

  it('are found by tag, name or value, without accents', () => {
    const rows = [tag('PatientName', 'Ñandú^José', '00100010'), tag('Rows', '512', '00280010')];
    expect(searchTags(rows, 'nandu')).toEqual([rows[0]]);
    expect(searchTags(rows, '(0028,0010)')).toEqual([rows[1]]);
    expect(searchTags(rows, '00280010')).toEqual([rows[1]]);
    expect(searchTags(rows, 'patient JOSE')).toEqual([rows[0]]);
    expect(searchTags(rows, ' ')).toEqual(rows);
    expect(searchTags(rows, 'x y z')).toEqual([]);
    expect(printedTag('7fe00010')).toBe('(7FE0,0010)');
  });
});

describe('windows to choose from', () => {
  it('are the named ones with digits for CT', () => {
    const choices = windowChoices(grayHeader(1, 1), 'CT');
    expect(choices.map((choice) => choice.key)).toEqual(['0', '', '', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(PRESETS.map(({ center, width }) => [center, width])).toEqual([
      [40, 400],
      [-600, 1500],
      [300, 1500],
      [40, 80],
      [50, 350],
      [30, 150],
      [75, 215],
      [32, 8],
      [300, 600],
    ]);
  });

  it('are everything and automatic elsewhere, and nothing to choose in colours', () => {
    expect(windowChoices(grayHeader(1, 1), 'DX').map((choice) => choice.id)).toEqual(['default', 'full', 'auto']);
    expect(windowChoices({ ...grayHeader(1, 1), kind: 'rgb' }, 'XC').map((choice) => choice.id)).toEqual(['default']);
  });

  it('turn into windows', () => {
    const header = { ...grayHeader(10, 1), min: 0, max: 100 };
    const samples = Uint16Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80, 100);
    const of = (id: string) => {
      const choice = windowChoices(header, 'CT').find((candidate) => candidate.id === id);
      return choice ? voiOfChoice(choice, header, samples) : null;
    };
    expect(of('stroke')).toEqual({ type: 'window', center: 32, width: 8, function: 'LINEAR' });
    expect(of('full')).toMatchObject({ center: 50, width: 100 });
    expect(of('auto')).toMatchObject({ type: 'window', function: 'LINEAR_EXACT' });
  });

  it('are a centre and a width also where a table is', () => {
    const header = { ...grayHeader(1, 1), voiLut: { firstMapped: 100, values: [0, 10, 20, 30, 40] } };
    expect(asWindow({ type: 'table' }, header)).toEqual({ center: 102, width: 4, function: 'LINEAR_EXACT' });
  });
});

describe('keys', () => {
  const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
    key,
    code: '',
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });

  it('are letters, or their places under another script', () => {
    expect(commandOf(press('i', { code: 'KeyI' }), false)).toEqual({ id: 'invert' });
    expect(commandOf(press('I', { code: 'KeyI', shiftKey: true }), false)).toEqual({ id: 'invert' });
    expect(commandOf(press('ه', { code: 'KeyI' }), true)).toEqual({ id: 'invert' });
    // On a French keyboard W lies where Z is elsewhere: the letter counts.
    expect(commandOf(press('w', { code: 'KeyZ' }), false)).toEqual({ id: 'toolWindow' });
    expect(commandOf(press('r', { code: 'KeyR' }), false)).toEqual({ id: 'rotateRight' });
    expect(commandOf(press('R', { code: 'KeyR', shiftKey: true }), false)).toEqual({ id: 'rotateLeft' });
  });

  it('take digits by place', () => {
    expect(commandOf(press('é', { code: 'Digit2' }), false)).toEqual({ id: 'preset', key: '2' });
    expect(commandOf(press('7', { code: 'Numpad7' }), false)).toEqual({ id: 'preset', key: '7' });
    expect(commandOf(press('٣', { code: 'Digit3' }), true)).toEqual({ id: 'preset', key: '3' });
  });

  it('go on to the left in right-to-left languages, but pan as the arrow points', () => {
    expect(commandOf(press('ArrowLeft'), false)).toEqual({ id: 'previous' });
    expect(commandOf(press('ArrowLeft'), true)).toEqual({ id: 'next' });
    expect(commandOf(press('ArrowLeft', { shiftKey: true }), true)).toEqual({ id: 'panLeft' });
    expect(commandOf(press('ArrowDown'), true)).toEqual({ id: 'next' });
  });

  it('leave the system’s own alone', () => {
    expect(commandOf(press('c', { code: 'KeyC', ctrlKey: true }), false)).toBeNull();
    expect(commandOf(press('Tab'), false)).toBeNull();
    expect(commandOf(press('x', { code: 'KeyX' }), false)).toBeNull();
  });

  it('all have a way to be written', () => {
    for (const keys of Object.values(SHORTCUTS)) expect(keys.length).toBeGreaterThan(0);
    const written = Object.values(SHORTCUTS).map((keys) => keys.join('+'));
    expect(new Set(written).size).toBe(written.length);
  });
});

describe('wheel', () => {
  it('is one step a notch and adds up on a touchpad', () => {
    expect(wheelSteps(0, 100, 0)).toEqual({ steps: 1, carry: 0 });
    expect(wheelSteps(0, -120, 0)).toEqual({ steps: -1, carry: 0 });
    expect(wheelSteps(0, 3, 1)).toEqual({ steps: 1, carry: 0 });
    expect(wheelSteps(30, 20, 0)).toEqual({ steps: 1, carry: 10 });
    expect(wheelSteps(30, -20, 0)).toEqual({ steps: 0, carry: -20 });
  });
});

describe('smoothing', () => {
  it('is on for smaller pictures, off at one-to-one and, unless wished, above three', () => {
    expect(smoothingFor(0.3, false, false)).toBe('high');
    expect(smoothingFor(0.3, true, false)).toBe('low');
    expect(smoothingFor(1, false, true)).toBe('off');
    expect(smoothingFor(2.5, false, false)).toBe('high');
    expect(smoothingFor(3.1, false, false)).toBe('off');
    expect(smoothingFor(3.1, false, true)).toBe('high');
  });
});

describe('numbers', () => {
  it('have sensible decimals', () => {
    expect([40, 0.35, 0.01234, 12.3456, 123.456, 1e-7].map((value) => showValue(value, 'en'))).toEqual([
      '40',
      '0.35',
      '0.0123',
      '12.35',
      '123',
      '1E-7',
    ]);
    expect(showPercent(1.214, 'en')).toBe('121%');
    expect(showMillimetres(12.34, 'en')).toBe('12.3 mm');
    expect(showMillimetres(12.34, 'fr')).toMatch(/12,3\smm/);
  });
});
