import { useEffect, useState, useSyncExternalStore } from 'react';
import { Camera } from './camera';
import type { CameraState } from './camera';

/** The camera while a screen is open; it is switched off when the screen is left. */
export function useCamera(remembered: string): readonly [CameraState, Camera] {
  const [camera] = useState(() => new Camera(navigator.mediaDevices, remembered));
  const state = useSyncExternalStore(camera.subscribe, camera.snapshot);
  useEffect(() => {
    void camera.start();
    return () => camera.stop();
  }, [camera]);
  return [state, camera];
}
