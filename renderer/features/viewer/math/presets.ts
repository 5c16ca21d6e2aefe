import type { FrameHeader } from '@shared/contract/frames';
import { defaultVoi, IDENTITY_8BIT, rangeWindow, type Voi } from './voi';
import { percentileRange } from './statistics';
import type { Samples } from '../data/frameCodec';

/** Names of the built-in windows; the words are in the translations under `preset.*`. */
export const PRESETS = [
  { id: 'abdomen', center: 40, width: 400 },
  { id: 'lung', center: -600, width: 1500 },
  { id: 'bone', center: 300, width: 1500 },
  { id: 'brain', center: 40, width: 80 },
  { id: 'mediastinum', center: 50, width: 350 },
  { id: 'liver', center: 30, width: 150 },
  { id: 'subdural', center: 75, width: 215 },
  { id: 'stroke', center: 32, width: 8 },
  { id: 'angio', center: 300, width: 600 },
] as const;
export type PresetId = (typeof PRESETS)[number]['id'];

/** One line of the window menu. `key` is the digit that chooses it. */
export type WindowChoice =
  | { readonly id: 'default'; readonly key: string }
  | { readonly id: `file-${number}`; readonly label: string; readonly index: number; readonly key: string }
  | { readonly id: 'full' | 'auto'; readonly key: string }
  | { readonly id: PresetId; readonly center: number; readonly width: number; readonly key: string };

/**
 * The choices that make sense for a frame: its own windows, everything, the middle 98 per cent; for CT (values in
 * Hounsfield units) the named ones with the digits 1 to 9.
 */
export function windowChoices(header: FrameHeader, modality: string): readonly WindowChoice[] {
  const choices: WindowChoice[] = [{ id: 'default', key: '0' }];
  if (header.kind === 'rgb') return choices;
  if (header.windows.length > 1) {
    header.windows.forEach((window, index) => {
      choices.push({ id: `file-${index}`, label: window.explanation, index, key: '' });
    });
  }
  const hounsfield = modality === 'CT' || header.unit === 'HU';
  choices.push({ id: 'full', key: hounsfield ? '' : '1' }, { id: 'auto', key: hounsfield ? '' : '2' });
  if (hounsfield) PRESETS.forEach((preset, index) => choices.push({ ...preset, key: String(index + 1) }));
  return choices;
}

/** The window a choice stands for on this frame. */
export function voiOfChoice(choice: WindowChoice, header: FrameHeader, samples: Samples): Voi {
  if (header.kind === 'rgb') return IDENTITY_8BIT;
  if ('center' in choice) return { type: 'window', center: choice.center, width: choice.width, function: 'LINEAR' };
  if ('index' in choice) {
    const window = header.windows[choice.index];
    if (window) return { type: 'window', center: window.center, width: window.width, function: window.function };
    return defaultVoi(header);
  }
  if (choice.id === 'full') return rangeWindow(header.min, header.max);
  if (choice.id === 'auto') {
    const range = percentileRange(header, samples);
    return rangeWindow(range.min, range.max);
  }
  return defaultVoi(header);
}
