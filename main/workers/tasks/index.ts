import { anonymiseObject, anonymiseObjects, reidentifyObject, uidsOfObject } from './anonymise';
import { copyOut } from './copy-out';
import { writeResults } from '../export/write-results';
import { dicomJson } from './dicom-json';
import { filePicture, textPreview } from './file-preview';
import { hashFile, md5File } from './hash-file';
import { keepPdf, keepPhoto } from './keep-bytes';
import { keepFile } from './keep-file';
import { makeDocument } from './make-document';
import { makeVersion } from './make-version';
import { pixelInformation } from './pixel-information';
import { document, frame, picture, render, thumbnail } from './pictures';
import { readAttributes, readObject } from './read-object';
import { readTogether } from './read-together';
import { readTags } from './tags';
import { readValues } from './read-values';
import { takeIn } from './take-in';
import { takeInGroup } from './take-in-group';
import { transcode } from './transcode';
import { unpackZip } from './unpack-zip';
import { warmUp } from './warm-up';

/**
 * Everything a worker can be asked to do. A task is an async function of one plain input; outputs are plain too, with byte
 * arrays (their buffers are handed over, not copied).
 */
export const tasks = {
  anonymiseObject,
  anonymiseObjects,
  reidentifyObject,
  uidsOfObject,
  copyOut,
  document,
  filePicture,
  frame,
  dicomJson,
  hashFile,
  keepPdf,
  keepPhoto,
  keepFile,
  makeDocument,
  makeVersion,
  md5File,
  pixelInformation,
  readAttributes,
  readObject,
  render,
  readTags,
  readTogether,
  readValues,
  takeIn,
  takeInGroup,
  textPreview,
  thumbnail,
  picture,
  transcode,
  unpackZip,
  warmUp,
  writeResults,
} as const;

export type TaskName = keyof typeof tasks;
export type TaskInput<N extends TaskName> = Parameters<(typeof tasks)[N]>[0];
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<(typeof tasks)[N]>>;
