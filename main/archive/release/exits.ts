import type { Purpose } from './gate';

/** A place in the code through which something of the archive gets out of it. */
export interface Exit {
  /** The module or folder (ending in `/`) that writes or sends, from the root of the repository. */
  readonly writes: string;
  /** The module that decides what gets there; it must ask the gate. */
  readonly asks: string;
  readonly purpose: Purpose;
}

/**
 * Every exit there is. test/unit/release/exits.test.ts searches the code for modules that write files or open connections
 * and fails for one that is neither here nor known to write inside the archive or the app's own settings only.
 */
export const exits: readonly Exit[] = [
  { writes: 'main/workers/export/', asks: 'main/archive/export/selection.ts', purpose: 'export' },
  { writes: 'main/network/', asks: 'main/sync/scp/archive-provider.ts', purpose: 'send' },
  { writes: 'main/sync/', asks: 'main/sync/outbox/outgoing.ts', purpose: 'send' },
  { writes: 'main/hub/', asks: 'main/sync/outbox/outgoing.ts', purpose: 'hub' },
  { writes: 'main/sync/ledger-file.ts', asks: 'main/sync/ledger-file.ts', purpose: 'export' },
  { writes: 'main/archive/anonymisation/csv.ts', asks: 'main/archive/anonymisation/csv.ts', purpose: 'keys' },
  { writes: 'main/archive/log/export.ts', asks: 'main/archive/log/export.ts', purpose: 'export' },
  { writes: 'main/workers/export/write-results.ts', asks: 'main/archive/results/give-out.ts', purpose: 'export' },
  { writes: 'main/cli/form-csv.ts', asks: 'main/archive/forms/give-out.ts', purpose: 'export' },
  { writes: 'main/desktop/paper.ts', asks: 'main/archive/forms/print.ts', purpose: 'print' },
  { writes: 'main/desktop/protocol.ts', asks: 'main/archive/images/stored-file.ts', purpose: 'copy' },
  { writes: 'main/cli/commands/render.ts', asks: 'main/cli/commands/render.ts', purpose: 'render' },
  { writes: 'main/workers/tasks/copy-out.ts', asks: 'main/archive/attachments/save-copy.ts', purpose: 'copy' },
  { writes: 'main/workers/tasks/copy-out.ts', asks: 'main/archive/images/stored-file.ts', purpose: 'copy' },
];
