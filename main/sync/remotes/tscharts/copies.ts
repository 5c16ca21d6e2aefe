import type { ImageId } from '@shared/model/ids';
import type { Sent, TschartsMemory } from './memory';
import { type PictureThere, sha256Of, type TschartsPictures } from './pictures';
import { requireOk, type TschartsSession } from './session';

/**
 * Finds what a network that repeats requests has left there: a server that knows no way to tell a repeated POST keeps the
 * picture twice. A copy counts as ours to take away when none of the patient's pictures of that type held these bytes just before we
 * sent them, and it stands under the same clinic and station; the oldest stays, so that two laptops never take away each other's
 * (docs/decisions/0028-copies-that-a-network-makes.md). Others are left: equal pictures there are normal.
 */
export class Copies {
  constructor(
    private readonly session: TschartsSession,
    private readonly pictures: TschartsPictures,
    private readonly memory: TschartsMemory,
  ) {}

  /** Leaves one copy of a picture that we have sent, and keeps its number. Throws HttpFailure. */
  async takeAway(image: ImageId, signal: AbortSignal): Promise<void> {
    const sent = this.memory.sent(image);
    if (sent === null || !sent.made) return;
    const ids = await this.sameBytes(sent, signal);
    if (ids.length < 2 || !ids.includes(sent.id)) return;
    const alike: PictureThere[] = [];
    for (const id of ids) {
      const picture = await this.pictures.one(id, signal);
      if (picture) alike.push(picture);
    }
    const own = alike.find(({ id }) => id === sent.id);
    if (own === undefined) return;
    const copies = alike.filter(({ clinic, station }) => clinic === own.clinic && station === own.station);
    const oldest = Math.min(...copies.map(({ id }) => id));
    if (oldest !== sent.id) this.memory.keep(image, { ...sent, id: oldest });
    for (const { id } of copies) {
      if (id === oldest) continue;
      this.memory.move(id, oldest);
      const answer = await this.session.ask(`image/${String(id)}/`, { method: 'DELETE' }, signal);
      if (answer.status !== 404) requireOk(answer, 'image/');
      this.memory.forgetThere(id);
    }
  }

  /**
   * The picture that was kept there while the answer was lost; null when there is none. It is ours by what makes a copy ours: none held
   * these bytes just before, and it stands under the same patient, type, clinic and station. Throws HttpFailure.
   */
  async ofLostAnswer(image: ImageId, signal: AbortSignal): Promise<Sent | null> {
    const tried = this.memory.unanswered(image);
    if (tried === null) return null;
    const { clinic, station, ...picture } = tried;
    // The oldest first.
    for (const id of [...(await this.sameBytes(picture, signal))].reverse()) {
      const there = await this.pictures.one(id, signal);
      if (!there || there.clinic !== clinic || there.station !== station) continue;
      const sent = { ...picture, id, made: true };
      this.memory.keep(image, sent);
      this.memory.noteMade(id);
      return sent;
    }
    return null;
  }

  /** Numbers of the pictures beside which one stands that hold its bytes; each of theirs is read once. */
  private async sameBytes(
    { patient, type, sha256 }: Pick<Sent, 'patient' | 'type' | 'sha256'>,
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const same: number[] = [];
    for (const id of await this.pictures.ids(patient, type, signal)) {
      let hash = this.memory.hashOf(id);
      if (hash === null) {
        const picture = await this.pictures.one(id, signal);
        if (!picture) continue; // gone, or not to be read now
        hash = sha256Of(picture);
        this.memory.noteHash(id, hash);
      }
      if (hash === sha256) same.push(id);
    }
    return same;
  }
}
