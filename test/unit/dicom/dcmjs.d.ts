declare module 'dcmjs' {
  interface Answer {
    readonly dict: Readonly<Record<string, { readonly vr: string; readonly Value: readonly unknown[] }>>;
  }
  /** The part of dcmjs that the tests compare with. */
  const dcmjs: { readonly data: { readonly DicomMessage: { readFile(buffer: ArrayBufferLike): Answer } } };
  export = dcmjs;
}
