import type { SourceType } from '@shared/model/vocabulary';
import type { Remote } from '../outbox/queue';

/**
 * Whether a remote is the very machine a source stands for: a box by its name or key, a DICOM device by its AE title (PS3.8
 * 9.3.2). Sources of a whole type, and kinds of remotes that send nothing by themselves, are no machine.
 */
export function isSameMachine(
  { remote, name, settings }: Pick<Remote, 'remote' | 'name' | 'settings'>,
  source: SourceType | null,
  sourceRef: string,
): boolean {
  if (sourceRef === '') return false;
  if (source === 'scp') return settings.kind === 'dimse' && settings.calledAETitle === sourceRef;
  if (source !== 'box') return false;
  return (settings.kind === 'slicebox' || settings.kind === 'courier') && (sourceRef === remote || sourceRef === name);
}
