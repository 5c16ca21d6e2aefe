/** How pixel data are coded under a transfer syntax (PS3.5 annex A). */
export type Coding =
  | 'native'
  | 'rle'
  | 'jpeg'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg2000'
  | 'htj2k'
  | 'deflated-frames'
  | 'encapsulated-native'
  | 'unsupported';

const CODINGS: Readonly<Record<string, Coding>> = {
  '1.2.840.10008.1.2': 'native',
  '1.2.840.10008.1.2.1': 'native',
  '1.2.840.10008.1.2.1.99': 'native',
  '1.2.840.10008.1.2.2': 'native',
  '1.2.840.10008.1.2.1.98': 'encapsulated-native',
  '1.2.840.10008.1.2.5': 'rle',
  '1.2.840.10008.1.2.4.50': 'jpeg',
  '1.2.840.10008.1.2.4.51': 'jpeg',
  '1.2.840.10008.1.2.4.53': 'jpeg',
  '1.2.840.10008.1.2.4.55': 'jpeg',
  '1.2.840.10008.1.2.4.57': 'jpeg-lossless',
  '1.2.840.10008.1.2.4.70': 'jpeg-lossless',
  '1.2.840.10008.1.2.4.80': 'jpeg-ls',
  '1.2.840.10008.1.2.4.81': 'jpeg-ls',
  '1.2.840.10008.1.2.4.90': 'jpeg2000',
  '1.2.840.10008.1.2.4.91': 'jpeg2000',
  '1.2.840.10008.1.2.4.92': 'jpeg2000',
  '1.2.840.10008.1.2.4.93': 'jpeg2000',
  '1.2.840.10008.1.2.4.201': 'htj2k',
  '1.2.840.10008.1.2.4.202': 'htj2k',
  '1.2.840.10008.1.2.4.203': 'htj2k',
  '1.2.840.10008.1.2.8.1': 'deflated-frames',
};

/** Transfer syntaxes that always lose something: JPEG baseline and extended, near-lossless JPEG-LS. */
const LOSSY: ReadonlySet<string> = new Set([
  '1.2.840.10008.1.2.4.50',
  '1.2.840.10008.1.2.4.51',
  '1.2.840.10008.1.2.4.81',
]);

export function isLossySyntax(transferSyntaxUID: string): boolean {
  return LOSSY.has(transferSyntaxUID);
}

/** Unknown and private syntaxes with plain pixel data are read as native, since only the data set's encoding can differ. */
export function codingOf(transferSyntaxUID: string, encapsulated: boolean): Coding {
  const coding = CODINGS[transferSyntaxUID];
  if (!encapsulated) return 'native';
  if (coding === 'native') return 'encapsulated-native';
  return coding ?? 'unsupported';
}
