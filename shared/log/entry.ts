/** What a line of the log is about; the interface filters by it. */
export const logSubjects = [
  'intake',
  'sources',
  'forwarding',
  'people',
  'export',
  'send',
  'archive',
  'anonymisation',
  'users',
  'identity',
  'attachments',
  'grouping',
  'results',
  'reports',
  'classification',
] as const;
export type LogSubject = (typeof logSubjects)[number];

export const logLevels = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * One kind of line. The four sentences say what was done, in the past; `{name}` is replaced by the detail of that name.
 * Details never hold a patient's name: whom it concerns is looked up by key when the line is shown.
 */
export interface LogKind {
  readonly subject: LogSubject;
  readonly level: LogLevel;
  readonly en: string;
  readonly es: string;
  readonly fr: string;
  readonly ar: string;
}

export type LogArea = Readonly<Record<string, LogKind>>;
