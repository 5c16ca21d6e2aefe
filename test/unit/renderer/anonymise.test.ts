import { describe, expect, it } from 'vitest';
import { ImageId } from '../../../shared/model/ids';
import { areaBetween, strip } from '../../../renderer/features/anonymise/areas';
import { firstWay, presetNames, presetOf, presets, requestOf } from '../../../renderer/features/anonymise/way';

describe('areas drawn on a picture', () => {
  const size = { width: 100, height: 50 };

  it('hold every point that was touched, whichever way they were drawn', () => {
    const area = { x: 10, y: 5, width: 21, height: 11 };
    expect(areaBetween({ x: 10.4, y: 5.9 }, { x: 30.2, y: 15.1 }, size)).toEqual(area);
    expect(areaBetween({ x: 30.2, y: 5.9 }, { x: 10.4, y: 15.1 }, size)).toEqual(area);
  });

  it('end at the edge of the picture, and a click is none', () => {
    expect(areaBetween({ x: -20, y: -5 }, { x: 400, y: 400 }, size)).toEqual({ x: 0, y: 0, width: 100, height: 50 });
    expect(areaBetween({ x: 5, y: 5 }, { x: 5, y: 5 }, size)).toBeNull();
    expect(areaBetween({ x: 200, y: 5 }, { x: 300, y: 30 }, size)).toBeNull();
  });

  it('are strips at the top or the bottom without drawing', () => {
    expect(strip('top', size)).toEqual({ x: 0, y: 0, width: 100, height: 6 });
    expect(strip('bottom', size)).toEqual({ x: 0, y: 44, width: 100, height: 6 });
    expect(strip('bottom', { width: 4, height: 2 })).toEqual({ x: 0, y: 1, width: 4, height: 1 });
  });
});

describe('what a person chose', () => {
  it('is one of the ready-made profiles, or their own', () => {
    for (const name of presetNames) expect(presetOf(presets[name])).toBe(name);
    expect(presetOf({ ...presets.sharing, retainUIDs: true })).toBeNull();
  });

  it('is asked for with names that were typed, and with areas of single pictures', () => {
    expect(requestOf(firstWay)).toEqual({ profile: presets.sharing, values: [], masks: 'apply', areas: [] });
    const image = ImageId.parse('a'.repeat(64));
    const areas = [{ x: 0, y: 0, width: 2, height: 2 }];
    expect(
      requestOf({ ...firstWay, name: ' Case 1 ', number: '', useKept: false, drawn: new Map([[image, areas]]) }),
    ).toMatchObject({
      values: [{ path: 'PatientName', value: 'Case 1' }],
      masks: 'ignore',
      areas: [{ image, areas }],
    });
  });
});
