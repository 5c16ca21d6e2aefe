/** Protocol data units of the DICOM upper layer (PS3.8 9.3), encoded and decoded; all numbers are big endian. */

export const PduType = {
  AssociateRequest: 0x01,
  AssociateAccept: 0x02,
  AssociateReject: 0x03,
  Data: 0x04,
  ReleaseRequest: 0x05,
  ReleaseResponse: 0x06,
  Abort: 0x07,
} as const;

/** PS3.7 A.2.1: the one application context there is. */
const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';
const PROTOCOL_VERSION = 1;

const Item = {
  ApplicationContext: 0x10,
  PresentationContextRequest: 0x20,
  PresentationContextAnswer: 0x21,
  AbstractSyntax: 0x30,
  TransferSyntax: 0x40,
  UserInformation: 0x50,
  MaximumLength: 0x51,
  ImplementationClassUID: 0x52,
  RoleSelection: 0x54,
  ImplementationVersionName: 0x55,
} as const;

/** What one side proposes (PS3.8 9.3.2.2); ids are odd, 1 to 255. */
export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** What the other answers (PS3.8 9.3.3.2). */
export interface AnsweredContext {
  readonly id: number;
  /** 0 acceptance, 1 user-rejection, 2 no-reason, 3 abstract-syntax-not-supported, 4 transfer-syntaxes-not-supported. */
  readonly result: number;
  readonly transferSyntax: string;
}

/** SCP/SCU role selection (PS3.7 D.3.3.4). */
export interface Role {
  readonly abstractSyntax: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

export interface UserInformation {
  /** Most bytes of the variable field of a P-DATA-TF this side takes; 0 means no limit (PS3.8 D.1). */
  readonly maximumLength: number;
  readonly implementationClassUID: string;
  readonly implementationVersionName: string;
  readonly roles: readonly Role[];
}

export interface AssociateRequest {
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly contexts: readonly ProposedContext[];
  readonly user: UserInformation;
}

export interface AssociateAccept {
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly contexts: readonly AnsweredContext[];
  readonly user: UserInformation;
}

/** PS3.8 9.3.4: result 1 permanent, 2 transient; source 1 user, 2 provider (ACSE), 3 provider (presentation). */
export interface Rejection {
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

/** Bytes that are not what PS3.8 says. */
export class PduError extends Error {
  override readonly name = 'PduError';
}

export function encodeAssociateRequest(request: AssociateRequest): Buffer {
  return associate(PduType.AssociateRequest, request, request.contexts.map(proposed), request.user);
}

export function encodeAssociateAccept(accept: AssociateAccept): Buffer {
  return associate(PduType.AssociateAccept, accept, accept.contexts.map(answered), accept.user);
}

export function encodeReject({ result, source, reason }: Rejection): Buffer {
  return pdu(PduType.AssociateReject, Buffer.from([0, result, source, reason]));
}

export function encodeRelease(type: typeof PduType.ReleaseRequest | typeof PduType.ReleaseResponse): Buffer {
  return pdu(type, Buffer.alloc(4));
}

/** PS3.8 9.3.8: source 0 service-user, 2 service-provider. */
export function encodeAbort(source: 0 | 2, reason: number): Buffer {
  return pdu(PduType.Abort, Buffer.from([0, 0, source, reason]));
}

/** What stands before the fragment of a P-DATA-TF with one presentation data value. */
export const DATA_HEAD = 12;

/**
 * Writes the head of a P-DATA-TF with one presentation data value (PS3.8 9.3.5.1, E.2): bit 0 of the control header says command,
 * bit 1 last. The fragment of `length` bytes stands behind it.
 */
export function dataHead(
  into: Buffer,
  at: number,
  { contextId, isCommand, isLast, length }: Omit<DataValue, 'fragment'> & { readonly length: number },
): void {
  into[at] = PduType.Data;
  into[at + 1] = 0;
  into.writeUInt32BE(length + 6, at + 2);
  into.writeUInt32BE(length + 2, at + 6);
  into[at + 10] = contextId;
  into[at + 11] = (isCommand ? 1 : 0) | (isLast ? 2 : 0);
}

export interface DataValue {
  readonly contextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly fragment: Buffer;
}

/** The presentation data values in the body of a P-DATA-TF. Throws PduError. */
export function decodeData(body: Buffer): readonly DataValue[] {
  const values: DataValue[] = [];
  for (let at = 0; at < body.length;) {
    const length = at + 6 <= body.length ? body.readUInt32BE(at) : 0;
    if (length < 2 || at + 4 + length > body.length) throw new PduError('presentation data value');
    const control = body[at + 5] ?? 0;
    values.push({
      contextId: body[at + 4] ?? 0,
      isCommand: (control & 1) !== 0,
      isLast: (control & 2) !== 0,
      fragment: body.subarray(at + 6, at + 4 + length),
    });
    at += 4 + length;
  }
  return values;
}

/** Throws PduError. */
export function decodeAssociateRequest(body: Buffer): AssociateRequest {
  const contexts: ProposedContext[] = [];
  let user = NO_USER;
  const titles = associateHead(body);
  for (const item of itemsIn(body, 68)) {
    if (item.type === Item.PresentationContextRequest) {
      const parts = [...itemsIn(item.value, 4)];
      contexts.push({
        id: item.value[0] ?? 0,
        abstractSyntax: uidIn(parts.find(({ type }) => type === Item.AbstractSyntax)?.value),
        transferSyntaxes: parts.filter(({ type }) => type === Item.TransferSyntax).map(({ value }) => uidIn(value)),
      });
    } else if (item.type === Item.UserInformation) user = userInformation(item.value);
  }
  return { ...titles, contexts, user };
}

/** Throws PduError. */
export function decodeAssociateAccept(body: Buffer): AssociateAccept {
  const contexts: AnsweredContext[] = [];
  let user = NO_USER;
  const titles = associateHead(body);
  for (const item of itemsIn(body, 68)) {
    if (item.type === Item.PresentationContextAnswer) {
      const syntax = [...itemsIn(item.value, 4)].find(({ type }) => type === Item.TransferSyntax);
      contexts.push({ id: item.value[0] ?? 0, result: item.value[2] ?? 0, transferSyntax: uidIn(syntax?.value) });
    } else if (item.type === Item.UserInformation) user = userInformation(item.value);
  }
  return { ...titles, contexts, user };
}

/** Throws PduError. */
export function decodeReject(body: Buffer): Rejection {
  const [, result, source, reason] = body;
  if (result === undefined || source === undefined || reason === undefined) throw new PduError('A-ASSOCIATE-RJ');
  return { result, source, reason };
}

const NO_USER: UserInformation = {
  maximumLength: 0,
  implementationClassUID: '',
  implementationVersionName: '',
  roles: [],
};

function pdu(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head[0] = type;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

function associate(
  type: number,
  titles: { readonly calledAETitle: string; readonly callingAETitle: string },
  contexts: readonly Buffer[],
  user: UserInformation,
): Buffer {
  const head = Buffer.alloc(68);
  head.writeUInt16BE(PROTOCOL_VERSION, 0);
  head.write(titles.calledAETitle.padEnd(16), 4, 16, 'latin1');
  head.write(titles.callingAETitle.padEnd(16), 20, 16, 'latin1');
  return pdu(
    type,
    Buffer.concat([head, item(Item.ApplicationContext, text(APPLICATION_CONTEXT)), ...contexts, userItem(user)]),
  );
}

function associateHead(body: Buffer): { readonly calledAETitle: string; readonly callingAETitle: string } {
  if (body.length < 68) throw new PduError('A-ASSOCIATE');
  if ((body.readUInt16BE(0) & PROTOCOL_VERSION) === 0) throw new PduError('protocol version');
  return {
    calledAETitle: body.toString('latin1', 4, 20).trim(),
    callingAETitle: body.toString('latin1', 20, 36).trim(),
  };
}

function item(type: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head[0] = type;
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

function proposed(context: ProposedContext): Buffer {
  return item(
    Item.PresentationContextRequest,
    Buffer.concat([
      Buffer.from([context.id, 0, 0, 0]),
      item(Item.AbstractSyntax, text(context.abstractSyntax)),
      ...context.transferSyntaxes.map((syntax) => item(Item.TransferSyntax, text(syntax))),
    ]),
  );
}

function answered(context: AnsweredContext): Buffer {
  return item(
    Item.PresentationContextAnswer,
    Buffer.concat([
      Buffer.from([context.id, 0, context.result, 0]),
      item(Item.TransferSyntax, text(context.transferSyntax)),
    ]),
  );
}

function userItem(user: UserInformation): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(user.maximumLength);
  return item(
    Item.UserInformation,
    Buffer.concat([
      item(Item.MaximumLength, length),
      item(Item.ImplementationClassUID, text(user.implementationClassUID)),
      ...user.roles.map(roleItem),
      item(Item.ImplementationVersionName, text(user.implementationVersionName)),
    ]),
  );
}

function roleItem({ abstractSyntax, scu, scp }: Role): Buffer {
  const uid = text(abstractSyntax);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(uid.length);
  return item(Item.RoleSelection, Buffer.concat([length, uid, Buffer.from([scu ? 1 : 0, scp ? 1 : 0])]));
}

function userInformation(value: Buffer): UserInformation {
  let user = NO_USER;
  for (const part of itemsIn(value, 0)) {
    if (part.type === Item.MaximumLength && part.value.length >= 4)
      user = { ...user, maximumLength: part.value.readUInt32BE(0) };
    else if (part.type === Item.ImplementationClassUID) user = { ...user, implementationClassUID: uidIn(part.value) };
    else if (part.type === Item.ImplementationVersionName)
      user = { ...user, implementationVersionName: uidIn(part.value) };
    else if (part.type === Item.RoleSelection) {
      const length = part.value.length >= 2 ? part.value.readUInt16BE(0) : 0;
      if (part.value.length < length + 4) throw new PduError('role selection');
      const role = {
        abstractSyntax: uidIn(part.value.subarray(2, 2 + length)),
        scu: part.value[2 + length] === 1,
        scp: part.value[3 + length] === 1,
      };
      user = { ...user, roles: [...user.roles, role] };
    }
  }
  return user;
}

function* itemsIn(value: Buffer, from: number): Generator<{ readonly type: number; readonly value: Buffer }> {
  for (let at = from; at + 4 <= value.length;) {
    const length = value.readUInt16BE(at + 2);
    if (at + 4 + length > value.length) throw new PduError('item');
    yield { type: value[at] ?? 0, value: value.subarray(at + 4, at + 4 + length) };
    at += 4 + length;
  }
}

/** UIDs are not padded here (PS3.8 F), but some pad them all the same. */
function uidIn(value: Buffer | undefined): string {
  return value === undefined ? '' : value.toString('latin1').replace(/[\0 ]+$/, '');
}
