/** Command sets of DIMSE (PS3.7 6.3, E): group 0000, implicit VR little endian. */

export const CommandField = {
  StoreRequest: 0x0001,
  StoreResponse: 0x8001,
  GetRequest: 0x0010,
  GetResponse: 0x8010,
  FindRequest: 0x0020,
  FindResponse: 0x8020,
  MoveRequest: 0x0021,
  MoveResponse: 0x8021,
  EchoRequest: 0x0030,
  EchoResponse: 0x8030,
  EventReportRequest: 0x0100,
  EventReportResponse: 0x8100,
  ActionRequest: 0x0130,
  ActionResponse: 0x8130,
  CancelRequest: 0x0fff,
} as const;

/** (0000,0800): no data set follows. */
const NO_DATA_SET = 0x0101;

/** A command as its elements have it (PS3.7 E.1); what a command does not carry is left out. */
export interface Command {
  readonly CommandField: number;
  readonly AffectedSOPClassUID?: string;
  readonly RequestedSOPClassUID?: string;
  readonly MessageID?: number;
  readonly MessageIDBeingRespondedTo?: number;
  readonly MoveDestination?: string;
  readonly Priority?: number;
  readonly Status?: number;
  readonly ErrorComment?: string;
  readonly AffectedSOPInstanceUID?: string;
  readonly RequestedSOPInstanceUID?: string;
  readonly EventTypeID?: number;
  readonly ActionTypeID?: number;
  readonly NumberOfRemainingSuboperations?: number;
  readonly NumberOfCompletedSuboperations?: number;
  readonly NumberOfFailedSuboperations?: number;
  readonly NumberOfWarningSuboperations?: number;
  readonly MoveOriginatorApplicationEntityTitle?: string;
  readonly MoveOriginatorMessageID?: number;
}

type Field = Exclude<keyof Command, 'CommandField'>;

const NUMBERS = {
  MessageID: 0x0110,
  MessageIDBeingRespondedTo: 0x0120,
  Priority: 0x0700,
  Status: 0x0900,
  EventTypeID: 0x1002,
  ActionTypeID: 0x1008,
  NumberOfRemainingSuboperations: 0x1020,
  NumberOfCompletedSuboperations: 0x1021,
  NumberOfFailedSuboperations: 0x1022,
  NumberOfWarningSuboperations: 0x1023,
  MoveOriginatorMessageID: 0x1031,
} as const satisfies Partial<Record<Field, number>>;

const UIDS = {
  AffectedSOPClassUID: 0x0002,
  RequestedSOPClassUID: 0x0003,
  AffectedSOPInstanceUID: 0x1000,
  RequestedSOPInstanceUID: 0x1001,
} as const satisfies Partial<Record<Field, number>>;

const TEXTS = {
  MoveDestination: 0x0600,
  ErrorComment: 0x0902,
  MoveOriginatorApplicationEntityTitle: 0x1030,
} as const satisfies Partial<Record<Field, number>>;

/** Bytes of a command set that cannot be read. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

interface Element {
  readonly name: keyof Command;
  readonly element: number;
  readonly kind: 'number' | 'uid' | 'text';
}

/** All of them in their order, in which they have to be written (PS3.5 7.1). */
const ELEMENTS: readonly Element[] = [
  { name: 'CommandField' as const, element: 0x0100, kind: 'number' as const },
  ...entries(NUMBERS).map(([name, element]) => ({ name, element, kind: 'number' as const })),
  ...entries(UIDS).map(([name, element]) => ({ name, element, kind: 'uid' as const })),
  ...entries(TEXTS).map(([name, element]) => ({ name, element, kind: 'text' as const })),
].sort((a, b) => a.element - b.element);
const BY_ELEMENT: ReadonlyMap<number, Element> = new Map(ELEMENTS.map((each) => [each.element, each]));

const GROUP_LENGTH = 0x0000;
const DATA_SET_TYPE = 0x0800;
/** Group, element and length. */
const HEAD = 8;

/** Encodes a command, its group length first; `hasData` tells whether a data set follows. Written for every image that leaves. */
export function encodeCommand(command: Command, hasData: boolean): Buffer {
  const type = { element: DATA_SET_TYPE, value: hasData ? 0x0000 : NO_DATA_SET };
  const parts: { readonly element: number; readonly value: number | string }[] = [];
  let isTyped = false;
  for (const { name, element, kind } of ELEMENTS) {
    const value = command[name];
    if (value === undefined) continue;
    if (!isTyped && element > DATA_SET_TYPE) {
      parts.push(type);
      isTyped = true;
    }
    parts.push({ element, value: typeof value === 'number' ? value : padded(value, kind === 'uid' ? '\0' : ' ') });
  }
  if (!isTyped) parts.push(type);
  const length = parts.reduce((sum, { value }) => sum + HEAD + (typeof value === 'number' ? 2 : value.length), 0);
  const bytes = Buffer.alloc(HEAD + 4 + length);
  head(bytes, 0, GROUP_LENGTH, 4);
  bytes.writeUInt32LE(length, HEAD);
  let at = HEAD + 4;
  for (const { element, value } of parts) {
    const width = typeof value === 'number' ? 2 : value.length;
    head(bytes, at, element, width);
    if (typeof value === 'number') bytes.writeUInt16LE(value, at + HEAD);
    else bytes.write(value, at + HEAD, 'latin1');
    at += HEAD + width;
  }
  return bytes;
}

/** Decodes a command. Throws CommandError. */
export function decodeCommand(bytes: Buffer): { readonly command: Command; readonly hasData: boolean } {
  const command: Record<string, string | number> = {};
  let type = NO_DATA_SET;
  for (let at = 0; at < bytes.length;) {
    const length = at + HEAD <= bytes.length ? bytes.readUInt32LE(at + 4) : Infinity;
    const end = at + HEAD + length;
    if (end > bytes.length || bytes.readUInt16LE(at) !== 0) throw new CommandError('command set');
    const element = bytes.readUInt16LE(at + 2);
    const known = BY_ELEMENT.get(element);
    if (known !== undefined && known.kind !== 'number') command[known.name] = trimmed(bytes, at + HEAD, end);
    else if (length >= 2 && known !== undefined) command[known.name] = bytes.readUInt16LE(at + HEAD);
    else if (length >= 2 && element === DATA_SET_TYPE) type = bytes.readUInt16LE(at + HEAD);
    at = end;
  }
  const { CommandField: field } = command;
  if (typeof field !== 'number') throw new CommandError('Command Field');
  return { command: { ...command, CommandField: field }, hasData: type !== NO_DATA_SET };
}

function entries<K extends Field>(table: Readonly<Record<K, number>>): readonly (readonly [K, number])[] {
  return (Object.keys(table) as K[]).map((name) => [name, table[name]]);
}

function head(into: Buffer, at: number, element: number, length: number): void {
  into.writeUInt16LE(element, at + 2);
  into.writeUInt32LE(length, at + 4);
}

function padded(value: string, padding: string): string {
  return value.length % 2 === 0 ? value : value + padding;
}

function trimmed(bytes: Buffer, from: number, to: number): string {
  return bytes
    .toString('latin1', from, to)
    .replace(/[\0 ]+$/, '')
    .trimStart();
}
