import { actAs } from '../../archive/actor';
import { boxOfToken } from '../../archive/outbox/boxes';
import { answer, answerJson, bodyOf, type HubPlugin, type HubRequest } from '../../hub/server';
import { type BoxRequest, headerOf, malformed, OURS, type RouteParts } from './box-request';
import { FetchRoute } from './fetch-route';
import { GroupRoute } from './group-route';
import { FailedImage, Headers, hashOfToken, longOf, parseStatus, TRANSACTIONS, TransactionImage } from './protocol';
import { PushRoute } from './push-route';

/** JSON that boxes send is small. */
const MOST_JSON_BYTES = 1024 * 1024;
const MOST_OFFERED = 1_000;
/** The transaction routes of a box that others reach, byte for byte as slicebox answers, and what two Fieldboxes say besides. */
export class BoxRoutes implements HubPlugin {
  readonly prefix = TRANSACTIONS;
  private readonly push: PushRoute;
  private readonly group: GroupRoute;
  private readonly fetching: FetchRoute;

  constructor(private readonly parts: RouteParts) {
    this.push = new PushRoute(parts);
    this.group = new GroupRoute(parts);
    this.fetching = new FetchRoute(parts);
  }

  handle(request: HubRequest): Promise<void> {
    // Nobody's act: no person stands behind what a machine asks.
    return actAs(null, () => this.route(request));
  }

  private async route(request: HubRequest): Promise<void> {
    const { response, incoming } = request;
    const [token = '', ...rest] = request.path;
    const remote = boxOfToken(this.parts.ctx.db, hashOfToken(token));
    if (remote === undefined) {
      incoming.resume();
      answer(response, 401, `No box found for token ${token.slice(0, 64)}`, OURS);
      return;
    }
    const isFieldbox = incoming.headers[Headers.box] !== undefined;
    const box: BoxRequest = { ...request, remote, isFieldbox };
    switch (`${request.method} ${rest.join('/')}`) {
      case 'POST image':
        this.parts.heard(remote, false, isFieldbox);
        return this.push.take(box);
      case 'POST images':
        this.parts.heard(remote, false, isFieldbox);
        return this.group.take(box);
      case 'HEAD image':
        this.push.place(box);
        return;
      case 'GET status':
        this.status(box);
        return;
      case 'PUT status':
        return this.setStatus(box);
      case 'GET outgoing/poll':
        this.parts.heard(remote, true, isFieldbox);
        this.poll(box);
        return;
      case 'GET outgoing':
      case 'GET outgoing/':
        return this.fetching.serve(box);
      case 'POST outgoing/done':
        this.parts.heard(remote, true, isFieldbox);
        return this.done(box);
      case 'POST outgoing/failed':
        return this.failed(box);
      default:
        malformed(box);
    }
  }

  private status(request: BoxRequest): void {
    const number = longOf(request.query, 'transactionid');
    if (number === undefined) {
      malformed(request);
      return;
    }
    const status = this.parts.intake.statusOf(request.remote.remote, 'brought', number);
    if (status === undefined) answer(request.response, 404, '', OURS);
    // Up to 1.6 the word alone was the answer.
    else if (headerOf(request, 'accept')?.startsWith('text/plain') === true)
      answer(request.response, 200, status, OURS);
    else answerJson(request.response, { status }, OURS);
  }

  private async setStatus(request: BoxRequest): Promise<void> {
    const number = longOf(request.query, 'transactionid');
    const body = await jsonBody(request);
    if (number === undefined || body === undefined) {
      malformed(request);
      return;
    }
    const status = parseStatus(body);
    if (status === undefined) {
      answer(request.response, 400, 'Invalid status format: UNKNOWN', OURS);
      return;
    }
    const { intake, outbox } = this.parts;
    // Of the two directions the number of a transaction is either ours or theirs.
    const isIncoming = await intake.setStatus(request.remote, 'brought', number, status);
    const isOutgoing =
      !isIncoming &&
      (status === 'FINISHED' || status === 'FAILED') &&
      (await outbox.setStatus(request.remote, number, status));
    answer(request.response, isIncoming || isOutgoing ? 204 : 404, '', OURS);
  }

  private poll(request: BoxRequest): void {
    const asked = request.query.has('n') ? longOf(request.query, 'n') : 1;
    if (asked === undefined || asked === 0) {
      malformed(request);
      return;
    }
    const entries = this.parts.outbox.offer(request.remote, Math.min(asked, MOST_OFFERED));
    const [first] = entries;
    if (first === undefined) answer(request.response, 404, '', OURS);
    // Up to 1.3 there was no `n`, and the answer was one object.
    else answerJson(request.response, request.query.has('n') ? entries : first, OURS);
  }

  private async done(request: BoxRequest): Promise<void> {
    const entry = TransactionImage.safeParse(jsonOf(await jsonBody(request)));
    if (!entry.success) {
      malformed(request);
      return;
    }
    const { remote, incoming, response } = request;
    const { outbox } = this.parts;
    const { transaction, image } = entry.data;
    if (incoming.headers[Headers.rejected] !== undefined)
      await outbox.giveUp(remote, transaction.id, image.id, 'BOX_REJECTED_THERE');
    else await outbox.finished(remote, entry.data, headerOf(request, Headers.sha256));
    answer(response, 204, '', OURS);
  }

  /** slicebox takes the number of any box; here only the box itself can give up what is meant for it. */
  private async failed(request: BoxRequest): Promise<void> {
    const failed = FailedImage.safeParse(jsonOf(await jsonBody(request)));
    if (!failed.success) {
      malformed(request);
      return;
    }
    await this.parts.outbox.setStatus(request.remote, failed.data.transactionImage.transaction.id, 'FAILED');
    answer(request.response, 204, '', OURS);
  }
}

async function jsonBody(request: BoxRequest): Promise<string | undefined> {
  if (!/^application\/json\b/i.test(headerOf(request, 'content-type') ?? '')) return undefined;
  return (await bodyOf(request.incoming, MOST_JSON_BYTES))?.toString('utf8');
}

function jsonOf(body: string | undefined): unknown {
  try {
    return body === undefined ? undefined : JSON.parse(body);
  } catch {
    return undefined; // no JSON: it does not fit the schema either
  }
}
