import { FieldboxError } from '@shared/errors';
import type { RenderOptions } from '../ipc/engine-protocol';

/** More pixels than this are not drawn. */
const MOST_HEIGHT = 16_384;

/** What the address of a PNG asks for: see shared/contract/frames.ts. Throws BAD_REQUEST. */
export function renderOptions(query: URLSearchParams): Omit<RenderOptions, 'frame'> {
  const center = numberOf(query, 'center');
  const width = numberOf(query, 'width');
  const height = numberOf(query, 'height');
  if ((center === undefined) !== (width === undefined))
    throw new FieldboxError('BAD_REQUEST', { what: 'center, width' });
  if (width !== undefined && width <= 0) throw new FieldboxError('BAD_REQUEST', { what: 'width' });
  if (height !== undefined && (!Number.isInteger(height) || height < 1 || height > MOST_HEIGHT))
    throw new FieldboxError('BAD_REQUEST', { what: 'height' });
  return {
    ...(center !== undefined && width !== undefined && { window: { center, width } }),
    ...(height !== undefined && { height }),
  };
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new FieldboxError('BAD_REQUEST', { what: name });
  return value;
}
