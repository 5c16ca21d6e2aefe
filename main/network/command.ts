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

/** Encodes a command, its group length first; `hasData` tells whether a data set follows. */
export function encodeCommand(command: Command, hasData: boolean): Buffer {
  const elements = new Map<number, Buffer>([
    [0x0100, u16(command.CommandField)],
    [0x0800, u16(hasData ? 0x0000 : NO_DATA_SET)],
  ]);
  for (const [name, element] of entries(NUMBERS)) {
    const value = command[name];
    if (value !== undefined) elements.set(element, u16(value));
  }
  for (const [name, element] of entries(UIDS)) {
    const value = command[name];
    if (value !== undefined) elements.set(element, padded(value, '\0'));
  }
  for (const [name, element] of entries(TEXTS)) {
    const value = command[name];
    if (value !== undefined) elements.set(element, padded(value, ' '));
  }
  const body = Buffer.concat(
    [...elements].sort(([a], [b]) => a - b).map(([element, value]) => encodeElement(element, value)),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([encodeElement(0x0000, length), body]);
}

/** Decodes a command. Throws CommandError. */
export function decodeCommand(bytes: Buffer): { readonly command: Command; readonly hasData: boolean } {
  const elements = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const length = at + 8 <= bytes.length ? bytes.readUInt32LE(at + 4) : Infinity;
    if (at + 8 + length > bytes.length || bytes.readUInt16LE(at) !== 0) throw new CommandError('command set');
    elements.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const field = numberIn(elements.get(0x0100));
  if (field === undefined) throw new CommandError('Command Field');
  const command: Record<string, string | number> = { CommandField: field };
  for (const [name, element] of entries(NUMBERS)) {
    const value = numberIn(elements.get(element));
    if (value !== undefined) command[name] = value;
  }
  for (const [name, element] of [...entries(UIDS), ...entries(TEXTS)]) {
    const value = elements.get(element);
    if (value !== undefined)
      command[name] = value
        .toString('latin1')
        .replace(/[\0 ]+$/, '')
        .trimStart();
  }
  const hasData = (numberIn(elements.get(0x0800)) ?? NO_DATA_SET) !== NO_DATA_SET;
  return { command: { ...command, CommandField: field }, hasData };
}

function entries<K extends Field>(table: Readonly<Record<K, number>>): readonly (readonly [K, number])[] {
  return (Object.keys(table) as K[]).map((name) => [name, table[name]]);
}

function encodeElement(element: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function padded(value: string, padding: string): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value + padding, 'latin1');
}

function numberIn(value: Buffer | undefined): number | undefined {
  return value === undefined || value.length < 2 ? undefined : value.readUInt16LE(0);
}
