import { z } from 'zod';
import { anonymisationLog } from './anonymisation';
import { attachmentsLog } from './attachments';
import { classificationLog } from './classification';
import { boxesLog } from './boxes';
import { clinicRemoteLog } from './clinic-remotes';
import type { LogKind } from './entry';
import { identityLog } from './identity';
import { groupingLog } from './grouping';
import { findingLog } from './finding';
import { intakeLog } from './intake';
import { peopleLog } from './people';
import { releaseLog } from './release';
import { sourcesLog } from './sources';
import { scpLog } from './scp';
import { syncLog } from './sync';
import { usersLog } from './users';

export { type LogKind, type LogLevel, logLevels, type LogSubject, logSubjects } from './entry';

const kinds = {
  ...intakeLog,
  ...peopleLog,
  ...releaseLog,
  ...syncLog,
  ...sourcesLog,
  ...boxesLog,
  ...anonymisationLog,
  ...usersLog,
  ...identityLog,
  ...attachmentsLog,
  ...groupingLog,
  ...classificationLog,
  ...scpLog,
  ...findingLog,
  ...clinicRemoteLog,
} as const;

export type LogCode = keyof typeof kinds;

/** Every kind of line the log can hold; one file a subject. */
export const logCatalogue: Readonly<Record<LogCode, LogKind>> = kinds;

export const LogCode = z.enum(Object.keys(kinds) as [LogCode, ...LogCode[]]);

/** The sentence of a line in a language. Details that the sentence does not name are left out. */
export function logSentence(
  code: LogCode,
  details: Readonly<Record<string, string | number>>,
  language: 'en' | 'es' | 'fr' | 'ar',
): string {
  return logCatalogue[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name];
    return value === undefined ? whole : String(value);
  });
}
