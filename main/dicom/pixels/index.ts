export { type DecodedFrame, decodeFrame } from './decode';
export { describePixels, type PixelDescription } from './description';
export { type DisplayFrame, displayFrame } from './display';
export { encodePng } from './png';
export { renderFrame, type RenderSettings, type RgbaPicture, windowFunction } from './render';
