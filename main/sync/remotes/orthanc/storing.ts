import { z } from 'zod';
import type { HttpAnswer } from '../../http/client';
import { bodyOf } from '../../http/counted';
import { storedZip } from '../../http/stored-zip';
import { outcomeOfStatus, troubleOfStatus } from '../../http/trouble';
import type { WebSession } from '../../http/web-session';
import type { Outgoing, SendHooks, SendOutcome } from '../remote';
import { Together, type Told } from '../together';
import type { Leaver } from '../waiting';
import { idOf } from './ids';

const PATH = '/instances';

const Stored = z.object({ ID: z.string(), Status: z.string() });
const Refusal = z.object({ OrthancStatus: z.int() });
/** OrthancStatus of files it will never take: bad file format, inexistent tag. */
const NEVER = new Set([15, 21]);
/** What it says of an instance that it holds. */
const HELD = new Set(['Success', 'AlreadyStored']);

/**
 * `POST /instances`. Small images go together in a ZIP, which Orthanc takes since 1.8.2: it answers with a list that names each
 * instance it holds now, and leaves out what it could not read.
 */
export class Storing {
  private readonly together = new Together({
    name: idOf,
    ask: (group) => this.ask(group),
    read: (answer) => new InstancesAnswer(answer),
  });

  constructor(private readonly web: Pick<WebSession, 'ask'>) {}

  store(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    return this.together.store(item, hooks);
  }

  /** Throws HttpFailure. */
  private ask(group: readonly [Leaver, ...Leaver[]]): Promise<HttpAnswer> {
    const [{ item, hooks }] = group;
    const entries = group.flatMap((leaver, at) => {
      const { held = null } = leaver.item;
      if (group.length === 1 || held === null) return [];
      leaver.hooks.progress(held.length);
      return [{ name: `${String(at + 1)}.dcm`, bytes: held }];
    });
    return this.web.ask({
      method: 'POST',
      path: PATH,
      headers: { 'content-type': entries.length > 0 ? 'application/zip' : 'application/dicom' },
      body: entries.length > 0 ? storedZip(entries) : bodyOf(item, (bytes) => hooks.progress(bytes)),
      signal: hooks.signal,
    });
  }
}

/** What it answers: of a single file one object, of a ZIP a list. */
class InstancesAnswer implements Told {
  readonly isTrouble: boolean;
  private readonly body: unknown;
  private readonly held: ReadonlySet<string>;
  /** It will never take a file that was sent, whatever the status. */
  private readonly isNever: boolean;

  constructor(private readonly answer: HttpAnswer) {
    this.body = parsed(answer.body);
    const trouble = troubleOfStatus(answer.status, answer.headers);
    const refusal = Refusal.safeParse(this.body);
    this.isNever = answer.status !== 200 && refusal.success && NEVER.has(refusal.data.OrthancStatus);
    this.isTrouble = trouble !== null && !this.isNever;
    this.held = answer.status === 200 ? heldOf(this.body) : new Set();
  }

  named(item: Outgoing): SendOutcome | null {
    return this.held.has(idOf(item)) ? { kind: 'arrived', proof: null } : null;
  }

  outcome(): SendOutcome {
    const { status, headers } = this.answer;
    if (this.isNever) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
    if (status !== 200) return outcomeOfStatus(status, headers);
    if (Stored.safeParse(this.body).success) return { kind: 'arrived', proof: null };
    const trouble = { code: 'REMOTE_ANSWER', details: { what: `POST ${PATH}` }, person: true } as const;
    return { kind: 'later', whole: true, trouble };
  }
}

/** Names of the instances that a list says are held. */
function heldOf(body: unknown): ReadonlySet<string> {
  if (!Array.isArray(body)) return new Set();
  return new Set(
    body.flatMap((one: unknown) => {
      const stored = Stored.safeParse(one);
      return stored.success && HELD.has(stored.data.Status) ? [stored.data.ID] : [];
    }),
  );
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null; // an error page of something in between: the status alone speaks
  }
}
