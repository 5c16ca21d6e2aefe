import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron';
import type { Bridge, EventName } from '@shared/contract';
import { eventNames, verbNames } from '@shared/contract/names';

/** The verbs as functions. What they get and give is checked against the contract on both sides, not here. */
const verbs = Object.fromEntries(
  verbNames.map((verb) => [
    verb,
    (input: unknown): Promise<unknown> => ipcRenderer.invoke('fieldbox:verb', verb, input),
  ]),
);

function on(event: EventName, listener: (payload: unknown) => void): () => void {
  if (!eventNames.includes(event)) throw new Error(`There is no event "${event}".`);
  const hear = (_: IpcRendererEvent, name: string, payload: unknown): void => {
    if (name === event) listener(payload);
  };
  ipcRenderer.on('fieldbox:event', hear);
  return () => {
    ipcRenderer.off('fieldbox:event', hear);
  };
}

/** The type is checked where it can be: names by shared/contract/names.ts, shapes by the contract's schemas at both ends. */
const bridge = {
  verbs,
  on,
  pathsOf: (files: readonly File[]): readonly string[] =>
    files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== ''),
} as unknown as Bridge;

contextBridge.exposeInMainWorld('fieldbox', bridge);
