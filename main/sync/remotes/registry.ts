import { RemoteKind, type RemoteSettings } from '@shared/model/remotes/settings';
import { dicomWebDriver } from './dicomweb';
import { dimseDriver } from './dimse';
import { folderDriver } from './folder';
import { orthancDriver } from './orthanc';
import type { AnyDriver, RemoteConnection, RemoteDriver, Surroundings } from './remote';

/** Every kind of remote there is; one folder each. */
const drivers: { readonly [K in RemoteKind]?: RemoteDriver<K> } = {
  folder: folderDriver,
  orthanc: orthancDriver,
  dicomweb: dicomWebDriver,
  dimse: dimseDriver,
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
  connect(surroundings: Surroundings): RemoteConnection;
}

/** The driver for these settings; undefined for a kind this version does not have. */
export function driverFor(settings: RemoteSettings): Bound | undefined {
  return bind(drivers[settings.kind] as RemoteDriver<RemoteKind> | undefined, settings);
}

function bind(driver: RemoteDriver<RemoteKind> | undefined, settings: RemoteSettings): Bound | undefined {
  if (driver === undefined) return undefined;
  return {
    proofs: driver.proofs(settings),
    secrets: driver.secrets(settings),
    parallel: driver.parallel,
    connect: (surroundings) => driver.connect(settings, surroundings),
  };
}
