import type { ImageId, RemoteKey } from '@shared/model/ids';
import { actAs } from '../../archive/actor';
import { asked } from '../clinic/asked';
import type { ClinicParts } from '../clinic/parts';
import type { Outgoing } from '../remotes/remote';

/** Stands in the records as the reason why an older version is not there any more. */
const REASON = 'corrected';

/** What becomes of older versions at a remote once a newer one is proven there. */
export class Corrections {
  constructor(private readonly parts: Pick<ClinicParts, 'ctx' | 'connect' | 'onFault'>) {}

  /** `gone`: what the driver has seen to be gone. Of the others it takes away what it can; the rest goes on standing in the ledger. */
  async corrected(remote: RemoteKey, { older }: Pick<Outgoing, 'older'>, gone: readonly ImageId[]): Promise<void> {
    for (const { image } of older) {
      if (!gone.includes(image) && !(await this.takenAway(remote, image))) continue;
      // Nobody's act: whoever corrected the image and sent it is named there.
      await actAs(null, () =>
        this.parts.ctx.commit([{ type: 'remote.withdrawn', by: null, body: { remote, image, reason: REASON } }]),
      );
    }
  }

  private async takenAway(remote: RemoteKey, image: ImageId): Promise<boolean> {
    try {
      return await asked(
        this.parts.connect(remote),
        async (connection, signal) => (await connection.withdrawOlder?.(image, signal)) ?? false,
      );
    } catch (error) {
      this.parts.onFault(error); // the ledger goes on saying that the older version is there
      return false;
    }
  }
}
