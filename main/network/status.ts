/** Status codes of DIMSE (PS3.7 C, PS3.4 B.2.3, C.4). */
export const Status = {
  Success: 0x0000,
  Cancelled: 0xfe00,
  Pending: 0xff00,
  PendingWarning: 0xff01,
  SOPClassNotSupported: 0x0122,
  NotAuthorized: 0x0124,
  DuplicateSOPInstance: 0x0111,
  UnrecognizedOperation: 0x0211,
  ProcessingFailure: 0x0110,
  InvalidArgumentValue: 0x0115,
  OutOfResources: 0xa700,
  OutOfResourcesSubOperations: 0xa702,
  MoveDestinationUnknown: 0xa801,
  DataSetDoesNotMatchSOPClass: 0xa900,
  SubOperationsWithFailures: 0xb000,
  /** It is stored all the same (PS3.4 table B.2-1). */
  StoredOtherThanNamed: 0xb007,
  CannotUnderstand: 0xc000,
} as const;

export function isPending(status: number): boolean {
  return status === Status.Pending || status === Status.PendingWarning;
}

/** Success, or a warning with which it was done all the same (PS3.7 C.3). */
export function isDone(status: number): boolean {
  return (
    status === Status.Success ||
    (status >= 0xb000 && status <= 0xbfff) ||
    status === 0x0001 ||
    status === 0x0107 ||
    status === 0x0116
  );
}
