import type { ProofKind } from '@shared/model/remotes/access';
import type { ErrorCode } from '@shared/errors';
import { noAbilities, type RemoteAbilities } from '@shared/model/remotes/content';
import type { RemoteKind, RemoteSettings } from '@shared/model/remotes/settings';
import { courierDriver } from './courier';
import { dicomWebDriver } from './dicomweb';
import { dimseDriver } from './dimse';
import { folderDriver } from './folder';
import { orthancDriver } from './orthanc';
import { sliceboxDriver } from './slicebox';
import { attachmentsDriver } from './attachments';
import { archiveV1Driver } from './archive-v1';
import { tschartsDriver } from './tscharts';
import type { AnyDriver, RemoteConnection, RemoteDriver, Surroundings } from './remote';

/** Every kind of remote there is; one folder each. */
const drivers: { readonly [K in RemoteKind]: RemoteDriver<K> } = {
  folder: folderDriver,
  orthanc: orthancDriver,
  dicomweb: dicomWebDriver,
  dimse: dimseDriver,
  slicebox: sliceboxDriver,
  courier: courierDriver,
  tscharts: tschartsDriver,
  'archive-v1': archiveV1Driver,
  attachments: attachmentsDriver,
};

/** What a kind of remote can do, with its settings filled in. */
export interface Bound {
  readonly proofs: ReturnType<AnyDriver['proofs']>;
  readonly secrets: readonly string[];
  readonly parallel: number;
  readonly isServed: boolean;
  readonly mistake: ErrorCode | null;
  readonly abilities: RemoteAbilities;
  connect(surroundings: Surroundings): RemoteConnection;
}

/** The driver for these settings. */
export function driverFor(settings: RemoteSettings): Bound {
  const driver = drivers[settings.kind] as RemoteDriver<RemoteKind>;
  return {
    proofs: driver.proofs(settings),
    secrets: driver.secrets(settings),
    parallel: driver.parallel,
    isServed: driver.isServed?.(settings) ?? false,
    mistake: driver.mistake?.(settings) ?? null,
    abilities: driver.abilities ?? noAbilities,
    connect: (surroundings) => driver.connect(settings, surroundings),
  };
}

/** What a remote of these settings can show as evidence, strongest first. */
export function proofsOf(settings: RemoteSettings): readonly ProofKind[] {
  return driverFor(settings).proofs;
}
