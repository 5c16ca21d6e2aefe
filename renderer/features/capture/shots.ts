import { create } from 'zustand';
import type { IntakeContext } from '@shared/contract/intake';
import { asFieldboxError } from '@shared/errors';
import type { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import { ask } from '../../app/api';
import type { Picture } from './shoot';

/** A picture that was kept, or is being kept. `stored` only after the archive has answered that it is on the disk. */
export interface Shot {
  readonly id: number;
  readonly picture: Picture | null;
  readonly url: string | null;
  readonly context: IntakeContext;
  readonly camera: string;
  readonly state: 'saving' | 'stored' | 'failed';
  readonly image: ImageId | null;
  readonly error: FieldboxError | null;
}

/** The shots of this sitting. They live outside the screen: leaving it loses nothing. */
export const useShots = create<{ readonly shots: readonly Shot[]; readonly stored: number }>()(() => ({
  shots: [],
  stored: 0,
}));

let nextId = 1;
let queue: Promise<unknown> = Promise.resolve();

function patch(id: number, changes: Partial<Shot>): void {
  useShots.setState((state) => ({
    shots: state.shots.map((shot) => (shot.id === id ? { ...shot, ...changes } : shot)),
  }));
}

async function store(shot: Shot): Promise<boolean> {
  if (!shot.picture) return true;
  try {
    const bytes = new Uint8Array(await shot.picture.blob.arrayBuffer());
    const { image } = await ask('capture.keep', {
      bytes,
      context: shot.context,
      takenAt: shot.picture.takenAt,
      camera: shot.camera.slice(0, 256),
    });
    if (shot.url) URL.revokeObjectURL(shot.url);
    patch(shot.id, { state: 'stored', image, picture: null, url: null, error: null });
    useShots.setState((state) => ({ stored: state.stored + 1 }));
    return true;
  } catch (thrown) {
    patch(shot.id, { state: 'failed', error: asFieldboxError(thrown) });
    return false;
  }
}

/** Keeps a picture, one after another in the order taken. Answers whether it is stored. A failed one stays and can be tried again. */
export function keep(picture: Picture, context: IntakeContext, camera: string): Promise<boolean> {
  const shot: Shot = {
    id: nextId++,
    picture,
    url: URL.createObjectURL(picture.blob),
    context,
    camera,
    state: 'saving',
    image: null,
    error: null,
  };
  useShots.setState((state) => ({ shots: [...state.shots, shot] }));
  const done = queue.then(() => store(shot));
  queue = done;
  return done;
}

/** Tries again to keep a picture that could not be stored. */
export function keepAgain(shot: Shot): Promise<boolean> {
  patch(shot.id, { state: 'saving', error: null });
  const done = queue.then(() => store(shot));
  queue = done;
  return done;
}

/** Lets a picture go that could not be stored. */
export function discard(shot: Shot): void {
  if (shot.url) URL.revokeObjectURL(shot.url);
  useShots.setState((state) => ({ shots: state.shots.filter((other) => other.id !== shot.id) }));
}
