/** Bounds on what is taken in; far above anything a clinic's devices make. */
export const intakeLimits = {
  /** One file: a long ultrasound loop or a tomosynthesis stays below. */
  maxFileBytes: 16 * 2 ** 30,
  /** A photo or PDF is read whole. */
  maxPhotoBytes: 512 * 2 ** 20,
  zip: { maxEntries: 500_000, maxTotalBytes: 64 * 2 ** 30, maxRatio: 1100 },
  zipBatchBytes: 256 * 2 ** 20,
} as const;
