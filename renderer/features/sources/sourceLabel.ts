import type { TFunction } from 'i18next';
import type { SourceType } from '@shared/model/vocabulary';
import { isolate, together } from '../../app/format';

/** A source in words: its kind, and its own name where it has one. */
export function sourceLabel(t: TFunction, source: SourceType, name: string | null): string {
  return name === null ? t(`source.${source}`) : together(t(`source.${source}`), isolate(name));
}
