/** Zigzag position to row-major position (T.81 figure A.6). */
export const ZIGZAG = new Uint8Array([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]);

const COSINES = new Float64Array(64);
for (let x = 0; x < 8; x += 1) {
  for (let u = 0; u < 8; u += 1)
    COSINES[x * 8 + u] = (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
}
const rows = new Float64Array(64);
const block = new Float64Array(64);

/**
 * Inverse DCT of one block (T.81 A.3.3), exact to the rounding, with level shift and clamping.
 * @param out receives the 64 samples at `at`, `stride` apart from row to row
 */
export function inverseDct(
  coefficients: Int32Array,
  from: number,
  quantization: Uint16Array,
  precision: number,
  out: Uint16Array,
  at: number,
  stride: number,
): void {
  const shift = 1 << (precision - 1);
  const max = (1 << precision) - 1;
  let highest = 0;
  for (let k = 0; k < 64; k += 1) {
    const value = (coefficients[from + k] ?? 0) * (quantization[k] ?? 1);
    block[ZIGZAG[k] ?? 0] = value;
    if (value !== 0) highest = k;
  }
  if (highest === 0) {
    const flat = clamp(Math.round((block[0] ?? 0) / 8) + shift, max);
    for (let y = 0; y < 8; y += 1) out.fill(flat, at + y * stride, at + y * stride + 8);
    return;
  }
  for (let v = 0; v < 8; v += 1) {
    for (let x = 0; x < 8; x += 1) {
      let sum = 0;
      for (let u = 0; u < 8; u += 1) sum += (block[v * 8 + u] ?? 0) * (COSINES[x * 8 + u] ?? 0);
      rows[v * 8 + x] = sum;
    }
  }
  for (let x = 0; x < 8; x += 1) {
    for (let y = 0; y < 8; y += 1) {
      let sum = 0;
      for (let v = 0; v < 8; v += 1) sum += (rows[v * 8 + x] ?? 0) * (COSINES[y * 8 + v] ?? 0);
      out[at + y * stride + x] = clamp(Math.round(sum) + shift, max);
    }
  }
}

function clamp(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}
