import type { WireError } from '@shared/errors';
import type { TaskInput, TaskName, TaskOutput } from './tasks';

/** From the pool to a worker. */
export interface TaskRequest<N extends TaskName = TaskName> {
  readonly id: number;
  readonly task: N;
  readonly input: TaskInput<N>;
}

/** From a worker to the pool. Faults that are not FieldboxErrors travel as INTERNAL with their text for the log. */
export type TaskReply<N extends TaskName = TaskName> =
  | { readonly id: number; readonly ok: true; readonly output: TaskOutput<N> }
  | { readonly id: number; readonly ok: false; readonly error: WireError; readonly trace: string };
