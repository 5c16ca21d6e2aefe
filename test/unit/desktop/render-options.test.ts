import { describe, expect, it } from 'vitest';
import { renderOptions } from '../../../main/desktop/render-options';

const options = (query: string) => renderOptions(new URLSearchParams(query));

describe('the address of a PNG', () => {
  it('says window and height, or leaves them to the file', () => {
    expect(options('')).toEqual({});
    expect(options('center=40&width=400.5')).toEqual({ window: { center: 40, width: 400.5 } });
    expect(options('center=-600&width=1500&height=256')).toEqual({
      window: { center: -600, width: 1500 },
      height: 256,
    });
  });

  it.each([
    'center=40',
    'width=400',
    'center=x&width=1',
    'center=1&width=0',
    'center=1&width=-5',
    'center=&width=1',
    'height=0',
    'height=1.5',
    'height=99999',
    'center=Infinity&width=1',
  ])('is refused with %s', (query) =>
    expect(() => options(query)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' })),
  );
});
