import { z } from 'zod';

/**
 * Pictures do not travel over IPC but over the app's own protocol:
 *
 *   fieldbox://image/<image id>/thumbnail           image/jpeg, at most 256 px a side, upright
 *   fieldbox://image/<image id>/frame/<n>           application/x-fieldbox-frame: a FrameHeader as JSON, see below
 *   fieldbox://image/<image id>/document            application/pdf of an Encapsulated PDF
 *   fieldbox://attachment/<key>/picture             image/jpeg of an attached picture, at most 2048 px a side, upright
 *   fieldbox://attachment/<key>/document            application/pdf of an attached PDF
 *   fieldbox://image/<image id>/png/<n>             image/png of a frame; ?center=&width= (both or neither) give the window,
 *                                                   ?height= the pixels from top to bottom, else as the file says
 *   fieldbox://image/<image id>/file                application/dicom: the stored file byte for byte, with a name; an exit,
 *                                                   so it is refused for what may not leave
 *
 * A frame answer is: 4 bytes little-endian length N, N bytes of UTF-8 JSON (FrameHeader) padded with spaces so that the
 * samples begin at a multiple of 8, then the samples, little endian. Frames count from 0.
 */
export const Window = z.object({
  center: z.number(),
  width: z.number(),
  explanation: z.string(),
  /** VOI LUT Function, PS3.3 C.11.2.1.3. */
  function: z.enum(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']),
});
export type Window = z.infer<typeof Window>;

export const FrameHeader = z.object({
  kind: z.enum(['gray', 'rgb']),
  width: z.int().positive(),
  height: z.int().positive(),
  /** Of the samples: gray has one of these per pixel, rgb three bytes per pixel. */
  sampleType: z.enum(['u8', 'u16', 'i16', 'u32', 'i32', 'f32', 'f64']),
  /** Modality value = sample * slope + intercept. */
  slope: z.number(),
  intercept: z.number(),
  /** Rescale Type or HU for CT; empty when unknown. */
  unit: z.string(),
  /** MONOCHROME1: the smallest value is white. */
  invert: z.boolean(),
  windows: z.array(Window),
  /** VOI LUT as 8-bit output for first mapped value and following ones, if the image has one and no window. */
  voiLut: z.object({ firstMapped: z.number(), values: z.array(z.int().min(0).max(255)) }).nullable(),
  /** Smallest and largest modality value of this frame (padding left out). */
  min: z.number(),
  max: z.number(),
  /** Height over width of one pixel on the screen. */
  pixelAspect: z.number().positive(),
  /** Millimetres from centre to centre, for the length tool; null when the file does not say. */
  spacing: z.object({ row: z.number(), column: z.number(), kind: z.enum(['patient', 'imager']) }).nullable(),
});
export type FrameHeader = z.infer<typeof FrameHeader>;
