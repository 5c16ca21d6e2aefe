// The places in the working copy that the scripts share.
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..', '..');
/** What the scripts remember between runs: stamps, reports. */
export const stateFolder = path.join(root, '.fieldbox');
export const runtimeFolder = path.join(root, '.electron-runtime');
export const nativeCache = path.join(root, '.native-cache');
export const modules = path.join(root, 'node_modules');
export const dist = path.join(root, 'dist');

/** @param {string[]} parts */
export const inRoot = (...parts) => path.join(root, ...parts);
