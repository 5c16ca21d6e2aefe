/**
 * What slicebox takes from boxes by default (its extended list of storage classes, its transfer syntaxes). It answers 204 to
 * everything else too and drops it, so nothing else is sent there.
 */
const CLASSES: ReadonlySet<string> = new Set(
  [
    '1 1.1 501.2.2 1.2 1.2.1 1.3 1.3.1', // CR, DX, MG, IO
    '2 2.1 3 3.1 4 4.1 4.2 6 6.1', // CT, US multi-frame, MR, US
    '12.1 12.1.1 12.2 12.2.1 13.1.1 13.1.2 13.1.3 14.1 14.2 20', // XA, XRF, X-Ray 3D, IVOCT, NM
    '77.1.1 77.1.2 77.1.3 77.1.5.1 77.1.5.2 77.1.5.4 77.1.6', // visible light
    '128 130 481.1 66.4', // PET, RT Image, Segmentation
    '7 7.1 7.2 7.3 7.4', // Secondary Capture
  ].flatMap((row) => row.split(' ').map((tail) => `1.2.840.10008.5.1.4.1.1.${tail}`)),
);

const SYNTAXES: ReadonlySet<string> = new Set([
  '1.2.840.10008.1.2',
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.2',
  '1.2.840.10008.1.2.1.99',
  '1.2.840.10008.1.2.4.50',
]);

/** Whether a slicebox keeps such an image. */
export function sliceboxKeeps(image: { readonly SOPClassUID: string; readonly TransferSyntaxUID: string }): boolean {
  return CLASSES.has(image.SOPClassUID) && SYNTAXES.has(image.TransferSyntaxUID);
}
