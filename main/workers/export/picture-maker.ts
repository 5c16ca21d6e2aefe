/** One frame as a picture that any program opens. */
export interface Picture {
  readonly bytes: Uint8Array;
  readonly extension: 'jpg' | 'png';
  /** A small JPEG or PNG for the index page; null when none was asked for. */
  readonly thumbnail: Uint8Array | null;
}

/**
 * Makes pictures of stored objects, which are untrusted: in the app this happens in a thread that may die alone. Throws the
 * FieldboxErrors of reading and decoding, WORKER_DIED, TIMED_OUT.
 */
export interface PictureMaker {
  picture(objectPath: string, frame: number, withThumbnail: boolean): Promise<Picture>;
  /** The document in an Encapsulated PDF object (PS3.3 C.24.2). */
  document(objectPath: string): Promise<Uint8Array>;
  close(): Promise<void>;
}
