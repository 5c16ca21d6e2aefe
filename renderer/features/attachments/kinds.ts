import {
  AppWindow,
  AudioLines,
  File,
  FileArchive,
  FileImage,
  FileText,
  FileType,
  Film,
  NotebookText,
  ScanLine,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

/** What people call a file of some media type. */
export type FileKind =
  'pdf' | 'image' | 'text' | 'audio' | 'video' | 'packed' | 'office' | 'dicom' | 'program' | 'other';

const exactly: Readonly<Record<string, FileKind>> = {
  'application/pdf': 'pdf',
  'application/dicom': 'dicom',
  'application/rtf': 'office',
  'application/epub+zip': 'office',
  'application/x-ole-storage': 'office',
  'application/xml': 'text',
  'application/hl7-v2': 'text',
  'application/ogg': 'audio',
  'application/zip': 'packed',
  'application/x-7z-compressed': 'packed',
  'application/vnd.rar': 'packed',
  'application/gzip': 'packed',
  'application/x-bzip2': 'packed',
  'application/x-xz': 'packed',
  'application/x-tar': 'packed',
  'application/vnd.microsoft.portable-executable': 'program',
  'application/x-executable': 'program',
  'application/x-mach-binary': 'program',
  'application/java-vm': 'program',
  'application/java-archive': 'program',
  'text/x-shellscript': 'program',
  'text/html': 'other',
};

const byBeginning: readonly (readonly [string, FileKind])[] = [
  ['image/', 'image'],
  ['text/', 'text'],
  ['audio/', 'audio'],
  ['video/', 'video'],
  ['application/vnd.openxmlformats-officedocument.', 'office'],
  ['application/vnd.oasis.opendocument.', 'office'],
];

export function fileKind(contentType: string): FileKind {
  return exactly[contentType] ?? byBeginning.find(([beginning]) => contentType.startsWith(beginning))?.[1] ?? 'other';
}

export const kindIcons: Readonly<Record<FileKind, LucideIcon>> = {
  pdf: FileType,
  image: FileImage,
  text: FileText,
  audio: AudioLines,
  video: Film,
  packed: FileArchive,
  office: NotebookText,
  dicom: ScanLine,
  program: AppWindow,
  other: File,
};
