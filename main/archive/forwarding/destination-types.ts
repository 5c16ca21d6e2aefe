import type { DestinationType } from '@shared/contract/sources';
import type { ErrorCode, ErrorDetails } from '@shared/errors';
import type { EngineContext } from '../context';
import type { SelectedRow } from '../export/selection';
import { folderDestination } from './folder-destination';

/** How a type is set up: the destination's own settings, as they were checked. */
export type Settings = Readonly<Record<string, string>>;

/** One image that passed the gate, with its files in the archive. A destination knows no database. */
export interface Parcel {
  readonly image: SelectedRow;
  /** Absolute path of the object as stored. */
  readonly path: string;
  /** The photo or document it was made from, when there is one. */
  readonly sourcePath: string | null;
}

/** What came of one delivery. Exceptions are faults of the program. */
export type Outcome =
  /** It is there; `proof` says how that is known, `place` how it is called there. */
  | { readonly kind: 'done'; readonly proof: string; readonly place: string }
  /** A fault that may pass: everything for this destination waits and is tried again. */
  | { readonly kind: 'retry'; readonly code: ErrorCode; readonly details: ErrorDetails }
  /** This image will not be taken, however often it is tried. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly details: ErrorDetails };

/** One way of reaching a destination. Sending the same image twice must do no harm. */
export interface DestinationKind {
  /** Settings as they are kept; throws what is wrong with them. */
  check(ctx: EngineContext, settings: Settings): Promise<Settings>;
  /** The folder of this machine in which the images come to lie; null when they go elsewhere. */
  folderOf(settings: Settings): string | null;
  send(ctx: EngineContext, settings: Settings, parcel: Parcel, signal: AbortSignal): Promise<Outcome>;
}

const types: Readonly<Record<DestinationType, DestinationKind>> = { folder: folderDestination };

export function destinationType(type: DestinationType): DestinationKind {
  return types[type];
}
