export { type Directory, type DirectoryFile, readDicomdir } from './read';
export { type DirectoryEntry, directoryEntry } from './records';
export { type FileSet, writeDicomdir } from './write';
