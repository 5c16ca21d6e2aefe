import type { EventName, EventPayload, EngineVerb } from '@shared/contract';
import type { WireError } from '@shared/errors';
import type { RenderOptions } from '../archive/pictures';

export type { StoredFile } from '../archive/images/stored-file';
export type { RenderOptions } from '../archive/pictures';

/** What the engine's thread is started with. */
export interface EngineStart {
  readonly folder: string;
  readonly holder: string;
  readonly version: string;
  /** Whether the system protects the secrets that the main thread keeps. */
  readonly secretsProtected: boolean;
}

/** What the engine's thread asks of the keeper of secrets in the main thread. */
export type SecretRequest =
  | { readonly op: 'get'; readonly name: string }
  | { readonly op: 'set'; readonly name: string; readonly value: string | null }
  | { readonly op: 'names'; readonly prefix: string };
export type SecretAnswer = string | null | readonly string[];

/** A picture the window asks for, see shared/contract/frames.ts. */
export type PictureRequest =
  | { readonly kind: 'thumbnail'; readonly image: string }
  | { readonly kind: 'frame'; readonly image: string; readonly frame: number }
  | { readonly kind: 'document'; readonly image: string }
  | { readonly kind: 'attachedPicture' | 'attachedDocument'; readonly attachment: string }
  | { readonly kind: 'png'; readonly image: string; readonly options: RenderOptions };

/** Messages to the engine's thread. */
export type ToEngine =
  | { readonly type: 'verb'; readonly id: number; readonly verb: EngineVerb; readonly input: unknown }
  | { readonly type: 'picture'; readonly id: number; readonly picture: PictureRequest }
  | { readonly type: 'file'; readonly id: number; readonly image: string }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'secret'; readonly id: number; readonly value: SecretAnswer }
  /** The machine woke up or a network came. */
  | { readonly type: 'hint' }
  | { readonly type: 'close' };

/** An error with the technical trace of its cause, for the log. */
export interface EngineFault {
  readonly error: WireError;
  readonly trace: string;
}

/** Messages from it. */
export type FromEngine =
  | { readonly type: 'opened'; readonly path: string }
  | { readonly type: 'refused'; readonly fault: EngineFault }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly fault: EngineFault }
  /** A technical fault that no call is waiting for. */
  | { readonly type: 'fault'; readonly fault: EngineFault }
  | { readonly type: 'secret'; readonly id: number; readonly request: SecretRequest }
  | { [E in EventName]: { readonly type: 'event'; readonly event: E; readonly payload: EventPayload<E> } }[EventName];
