import type { RemoteTest, TestStep } from '@shared/contract/sync';
import type { WebAccess } from '@shared/model/remotes/access';
import type { Surroundings, Trouble } from '../remotes/remote';
import { HttpClient, type HttpAnswer, type HttpRequest, type HttpStream, shownCertificate } from './client';

/** Names of the secrets that an access needs. */
export function webSecrets(
  access: Pick<WebAccess, 'headers'> & Partial<Pick<WebAccess, 'authentication'>>,
): readonly string[] {
  const scheme = access.authentication?.scheme;
  return [
    ...(scheme === 'basic' ? ['password'] : scheme === 'bearer' ? ['token'] : []),
    ...access.headers.filter(({ secret }) => secret).map(({ name }) => `header:${name}`),
  ];
}

/** A web service of one remote: knows its address, logs in, and speaks HTTP to it. */
export class WebSession {
  private client: Promise<HttpClient> | null = null;

  constructor(
    private readonly access: WebAccess,
    private readonly surroundings: Pick<
      Surroundings,
      'secret' | 'version' | 'patience' | 'throttle' | 'ownCertificate'
    >,
    private readonly sockets = 4,
  ) {}

  /** The address of a path below the base. */
  url(path: string): string {
    return `${this.access.url.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  }

  /** Sends a request to a path below the base and reads the whole answer. Throws HttpFailure. */
  async ask(request: Omit<HttpRequest, 'url'> & { readonly path: string }): Promise<HttpAnswer> {
    return (await this.connected()).ask({ ...request, url: this.url(request.path) });
  }

  /** The same, with the answer as a stream. */
  async open(request: Omit<HttpRequest, 'url'> & { readonly path: string }): Promise<HttpStream> {
    return (await this.connected()).open({ ...request, url: this.url(request.path) });
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    (await client)?.close();
  }

  /** For `remotes.test`: the certificate nobody vouches for, if that is what is wrong. */
  async offeredCertificate(trouble: Trouble | null): Promise<string | null> {
    const url = new URL(this.access.url);
    if (trouble?.code !== 'REMOTE_CERTIFICATE' || url.protocol !== 'https:') return null;
    const shown = await shownCertificate(url.hostname, url.port === '' ? 443 : Number(url.port));
    return shown?.fingerprint ?? null;
  }

  private connected(): Promise<HttpClient> {
    return (this.client ??= this.connect());
  }

  private async connect(): Promise<HttpClient> {
    const { authentication, certificate } = this.access;
    const headers: Record<string, string> = { 'user-agent': `Fieldbox/${this.surroundings.version}` };
    if (authentication.scheme === 'basic') {
      const password = (await this.surroundings.secret('password')) ?? '';
      headers['authorization'] =
        `Basic ${Buffer.from(`${authentication.username}:${password}`, 'utf8').toString('base64')}`;
    } else if (authentication.scheme === 'bearer') {
      headers['authorization'] = `Bearer ${(await this.surroundings.secret('token')) ?? ''}`;
    }
    for (const { name, value, secret } of this.access.headers)
      headers[name.toLowerCase()] = secret ? ((await this.surroundings.secret(`header:${name}`)) ?? '') : value;
    const own = isHttps(this.access.url) ? await this.surroundings.ownCertificate() : null;
    return new HttpClient({
      certificate,
      own,
      headers,
      sockets: this.sockets,
      throttle: () => this.surroundings.throttle(),
      ...this.surroundings.patience,
    });
  }
}

/** Whether an address is one where a certificate may be asked for. */
export function isHttps(url: string): boolean {
  return new URL(url).protocol === 'https:';
}

/** The result of trying out a web service: reach, trust and login follow from one trouble, the others are the driver's own steps. */
export async function webTest(
  session: WebSession,
  trouble: Trouble | null,
  found: string,
  own: {
    readonly steps: readonly TestStep[];
    readonly proofs: RemoteTest['proofs'];
    readonly warnings: readonly string[];
  },
): Promise<RemoteTest> {
  const fault = trouble === null ? null : { code: trouble.code, details: { ...trouble.details } };
  const failedAt = trouble === null ? null : stepOf(trouble);
  const order = ['reach', 'trust', 'login'] as const;
  const at = failedAt === null ? order.length : order.indexOf(failedAt);
  const steps = order.map((step, index): TestStep => ({
    step,
    outcome: index < at ? 'passed' : index === at ? 'failed' : 'skipped',
    fault: index === at ? fault : null,
    found: index === 0 && trouble === null ? found : '',
  }));
  return {
    steps: [...steps, ...own.steps],
    proofs: trouble === null ? own.proofs : [],
    offeredCertificate: await session.offeredCertificate(trouble),
    warnings: [...own.warnings],
  };
}

function stepOf(trouble: Trouble): 'reach' | 'trust' | 'login' {
  if (trouble.code === 'REMOTE_CERTIFICATE') return 'trust';
  return trouble.code === 'REMOTE_LOGIN' ? 'login' : 'reach';
}
