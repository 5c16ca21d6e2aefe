import type { SettingsOf } from '@shared/model/remotes/settings';
import { HttpClient } from '../../http/client';
import type { Surroundings } from '../remote';

/** Connections to where the service keeps its bytes: other hosts, which get neither the key nor anything else of the login. */
export class Storages {
  private readonly open = new Map<string, HttpClient>();

  constructor(
    private readonly settings: SettingsOf<'attachments'>,
    private readonly surroundings: Pick<Surroundings, 'throttle' | 'patience'>,
  ) {}

  at(url: string): HttpClient {
    const { access } = this.settings;
    const { host } = new URL(url);
    const known = this.open.get(host);
    if (known !== undefined) return known;
    const certificate = host === new URL(access.url).host ? access.certificate : null;
    const client = new HttpClient({
      certificate,
      headers: {},
      sockets: 2,
      throttle: () => this.surroundings.throttle(),
      ...this.surroundings.patience,
    });
    this.open.set(host, client);
    return client;
  }

  close(): void {
    for (const storage of this.open.values()) storage.close();
    this.open.clear();
  }
}
