/**
 * One frame in the RLE Lossless transfer syntax (PS3.5 Annex G): a header of 16 words, then one PackBits segment for
 * every byte of a sample: all of the first sample's high bytes, then its low bytes, then the next sample's.
 */
export function encodeRle(data: Uint8Array | Uint16Array, width: number, height: number, samples: number): Uint8Array {
  const depth = data.BYTES_PER_ELEMENT;
  const segments: Uint8Array[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    for (let byte = depth - 1; byte >= 0; byte -= 1) {
      segments.push(packPlane((pixel) => ((data[pixel * samples + sample] ?? 0) >> (8 * byte)) & 0xff, width, height));
    }
  }
  const frame = new Uint8Array(64 + segments.reduce((sum, segment) => sum + segment.length, 0));
  const header = new DataView(frame.buffer);
  header.setUint32(0, segments.length, true);
  let at = 64;
  segments.forEach((segment, index) => {
    header.setUint32(4 + index * 4, at, true);
    frame.set(segment, at);
    at += segment.length;
  });
  return frame;
}

/** PackBits, each row for itself (G.3.1 asks for it), padded to even length with a zero. */
function packPlane(value: (pixel: number) => number, width: number, height: number): Uint8Array {
  const rowLimit = width + Math.ceil(width / 128);
  const out = new Uint8Array(rowLimit * height + 1);
  const row = new Uint8Array(width);
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) row[x] = value(y * width + x);
    to = packRow(row, out, to);
  }
  return out.slice(0, to + (to % 2));
}

function packRow(row: Uint8Array, out: Uint8Array, start: number): number {
  let to = start;
  let at = 0;
  while (at < row.length) {
    const run = runLength(row, at);
    if (run >= 3 || (run === 2 && at + 2 >= row.length)) {
      out[to++] = 257 - run;
      out[to++] = row[at] ?? 0;
      at += run;
      continue;
    }
    const from = at;
    while (at < row.length && at - from < 128 && runLength(row, at, 3) < 3) at += 1;
    out[to++] = at - from - 1;
    out.set(row.subarray(from, at), to);
    to += at - from;
  }
  return to;
}

function runLength(row: Uint8Array, from: number, most = 128): number {
  const limit = Math.min(row.length, from + most);
  let end = from + 1;
  while (end < limit && row[end] === row[from]) end += 1;
  return end - from;
}
