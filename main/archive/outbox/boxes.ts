import type { Database } from 'better-sqlite3';
import { RemoteKey } from '@shared/model/ids';
import { HUB_OFF, HubSettings } from '@shared/model/remotes/hub';
import { statement } from '../index-writer/statements';
import type { Remote } from './queue';
import { remoteByKey } from './queue';

/** How the listener is set. */
export function hubSettings(db: Database): HubSettings {
  const row = statement(db, 'SELECT settings FROM hub_setting').get() as { settings: string } | undefined;
  return row === undefined ? HUB_OFF : HubSettings.parse(JSON.parse(row.settings));
}

/** The box that calls with a token, by the token's SHA-256; undefined when none does. */
export function boxOfToken(db: Database, token: string): Remote | undefined {
  const row = statement(db, 'SELECT remote FROM box_token WHERE token = ?').get(token) as
    { remote: string } | undefined;
  const remote = row === undefined ? undefined : remoteByKey(db, RemoteKey.parse(row.remote));
  return remote?.settings.kind === 'slicebox' && remote.settings.role === 'reached' ? remote : undefined;
}
