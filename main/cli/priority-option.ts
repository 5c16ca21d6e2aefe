import { UsageError } from './usage';

/** Option of commands that put something into the outbox. */
export const priorityOption = { priority: { type: 'string', default: '0' } } as const;

/** What --priority says. Throws UsageError. */
export function priorityOf({ priority }: { readonly priority: string }): number {
  if (!/^-?([0-9]|10)$/.test(priority))
    throw new UsageError('--priority is a whole number from -10 to 10; the higher one goes first.');
  return Number(priority);
}
