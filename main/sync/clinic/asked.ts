import { FieldboxError } from '@shared/errors';
import { HttpFailure } from '../http/trouble';
import type { RemoteConnection } from '../remotes/remote';

/** As long as a person waits for one answer. */
const PATIENCE_MS = 120_000;

/** Asks a remote something for a person who waits, and closes the connection. Trouble of the remote is thrown as its code. */
export async function asked<T>(
  connection: RemoteConnection,
  question: (connection: RemoteConnection, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal = AbortSignal.timeout(PATIENCE_MS),
): Promise<T> {
  try {
    return await question(connection, signal);
  } catch (error) {
    if (error instanceof HttpFailure) throw new FieldboxError(error.trouble.code, error.trouble.details, error);
    throw error;
  } finally {
    await connection.close();
  }
}
