import { rowPainter } from '../math/raster';
import type { RasterAnswer, RasterRequest } from './rasterProtocol';

/** Draws large frames beside the window's thread. */
let held: Extract<RasterRequest, { type: 'frame' }> | null = null;

async function draw(request: Extract<RasterRequest, { type: 'draw' }>): Promise<ImageBitmap | null> {
  if (!held || held.key !== request.key) return null;
  const { header, samples } = held;
  const picture = new ImageData(header.width, header.height);
  rowPainter(header, samples, request.voi, request.invert)(new Uint32Array(picture.data.buffer), 1, 0, header.height);
  return createImageBitmap(picture);
}

self.addEventListener('message', (event: MessageEvent<RasterRequest>) => {
  const request = event.data;
  if (request.type === 'frame') {
    held = request;
    return;
  }
  const answer = (bitmap: ImageBitmap | null): void => {
    const message: RasterAnswer = { id: request.id, bitmap };
    self.postMessage(message, { transfer: bitmap ? [bitmap] : [] });
  };
  // Without the memory for it there is no bitmap, and the window keeps its preview.
  draw(request).then(answer, () => {
    answer(null);
  });
});
