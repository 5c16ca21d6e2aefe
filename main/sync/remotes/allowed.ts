import { FieldboxError } from '@shared/errors';
import type { EngineContext } from '../../archive/context';
import { overlap, trueFolder } from '../../archive/folders';
import { refuseAgainstRules } from '../../archive/forwarding';
import type { Remote } from '../../archive/outbox/queue';

/**
 * Refuses a remote that lies in the archive (what is written there would be taken for its own), or that the forwarding rules for
 * it cannot live with. Throws REMOTE_IN_ARCHIVE, FORWARD_CYCLIC, FORWARD_NO_PROOF.
 */
export async function requireAllowed(
  ctx: EngineContext,
  remote: Pick<Remote, 'remote' | 'name' | 'settings'>,
): Promise<void> {
  const { settings } = remote;
  if (settings.kind === 'folder') {
    const { root } = ctx.paths;
    const [folder, archive] = await Promise.all([trueFolder(settings.path), trueFolder(root)]);
    if (overlap(folder ?? settings.path, archive ?? root)) throw new FieldboxError('REMOTE_IN_ARCHIVE');
  }
  refuseAgainstRules(ctx, remote);
}
