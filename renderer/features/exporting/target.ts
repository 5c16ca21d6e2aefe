import type { z } from 'zod';
import type { ExportContainer } from '@shared/model/vocabulary';

const pad = (value: number): string => String(value).padStart(2, '0');

/** A name for what is written: the day and time, and nothing about any patient. */
export function suggestName(now: Date = new Date()): string {
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  return `Fieldbox ${day} ${pad(now.getHours())}${pad(now.getMinutes())}${pad(now.getSeconds())}`;
}

/** The path that is written, inside a folder, with the folder's own kind of separator. */
export function targetIn(folder: string, name: string, container: z.infer<typeof ExportContainer>): string {
  const separator = folder.includes('\\') && !folder.startsWith('/') ? '\\' : '/';
  const base = folder.endsWith(separator) ? folder.slice(0, -1) : folder;
  return `${base}${separator}${name}${container === 'zip' ? '.zip' : ''}`;
}
