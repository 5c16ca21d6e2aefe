/**
 * Whether an error came from the operating system, and not from a fault of the program. Some have no code of their own: a
 * drive of Windows without a disc in it is UNKNOWN.
 */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
