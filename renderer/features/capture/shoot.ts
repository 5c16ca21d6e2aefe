/** One picture as it will be kept. */
export interface Picture {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
  readonly takenAt: string;
}

/** A camera's own still picture may hang in its driver; after this the frame on the screen is taken. */
const patience = 5000;

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(
      () => reject(new Error('The camera did not deliver a still picture in time.')),
      milliseconds,
    );
    promise.then(resolve, reject).finally(() => window.clearTimeout(timer));
  });
}

async function sizeOf(blob: Blob): Promise<{ readonly width: number; readonly height: number }> {
  const bitmap = await createImageBitmap(blob);
  const size = { width: bitmap.width, height: bitmap.height };
  bitmap.close();
  return size;
}

/** The camera's own still picture, when it has one with at least as many pixels as the live picture. */
async function still(track: MediaStreamTrack, video: HTMLVideoElement): Promise<Omit<Picture, 'takenAt'> | null> {
  if (typeof ImageCapture === 'undefined') return null;
  try {
    const blob = await within(new ImageCapture(track).takePhoto(), patience);
    if (blob.type !== 'image/jpeg') return null;
    const size = await sizeOf(blob);
    return size.width * size.height >= video.videoWidth * video.videoHeight ? { blob, ...size } : null;
  } catch (thrown) {
    // Many cameras have no still pictures; the frame of the live picture is as good.
    console.info(
      'No still picture from the camera, taking the frame instead.',
      thrown instanceof Error ? thrown.name : '',
    );
    return null;
  }
}

/** The frame that is shown, in all its pixels, never mirrored. */
async function frame(video: HTMLVideoElement): Promise<Omit<Picture, 'takenAt'>> {
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.drawImage(video, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.95));
  if (!blob || width === 0) throw new Error('The camera gave no picture.');
  return { blob, width, height };
}

/** Takes one picture as JPEG: the camera's own still when it is at least as large, else the frame of the live picture. */
export async function takePicture(track: MediaStreamTrack, video: HTMLVideoElement): Promise<Picture> {
  const takenAt = new Date().toISOString();
  return { ...((await still(track, video)) ?? (await frame(video))), takenAt };
}
