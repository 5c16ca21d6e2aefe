declare module 'dicom-character-set' {
  /** Decodes text by Specific Character Set; throws for labels it does not know. */
  export function convertBytes(
    specificCharacterSet: string | undefined,
    bytes: Uint8Array,
    options?: { readonly vr?: string },
  ): string;
}
