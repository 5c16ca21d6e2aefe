import type { ProofKind } from '@shared/model/remotes/access';
import { RemoteKind, type RemoteSettings } from '@shared/model/remotes/settings';
import { dicomWebDriver } from './dicomweb';
import { dimseDriver } from './dimse';
import { folderDriver } from './folder';
import { orthancDriver } from './orthanc';
import { sliceboxDriver } from './slicebox';
import type { AnyDriver, RemoteConnection, RemoteDriver, Surroundings } from './remote';

/** Every kind of remote there is; one folder each. */
const drivers: { readonly [K in RemoteKind]?: RemoteDriver<K> } = {
  folder: folderDriver,
  orthanc: orthancDriver,
  dicomweb: dicomWebDriver,
  dimse: dimseDriver,
  slicebox: sliceboxDriver,
};

/** The kinds that can be set up. */
export function remoteKinds(): readonly RemoteKind[] {
  return RemoteKind.options.filter((kind) => drivers[kind] !== undefined);
}

/** What a kind of remote can do, with its settings filled in. */
export interface Bound {
  readonly proofs: ReturnType<AnyDriver['proofs']>;
  readonly secrets: readonly string[];
  readonly parallel: number;
  readonly isServed: boolean;
  connect(surroundings: Surroundings): RemoteConnection;
}

/** The driver for these settings; undefined for a kind this version does not have. */
export function driverFor(settings: RemoteSettings): Bound | undefined {
  return bind(drivers[settings.kind] as RemoteDriver<RemoteKind> | undefined, settings);
}

/** What a remote of these settings can show as evidence, strongest first. */
export function proofsOf(settings: RemoteSettings): readonly ProofKind[] {
  return driverFor(settings)?.proofs ?? [];
}

function bind(driver: RemoteDriver<RemoteKind> | undefined, settings: RemoteSettings): Bound | undefined {
  if (driver === undefined) return undefined;
  return {
    proofs: driver.proofs(settings),
    secrets: driver.secrets(settings),
    parallel: driver.parallel,
    isServed: driver.isServed?.(settings) ?? false,
    connect: (surroundings) => driver.connect(settings, surroundings),
  };
}
