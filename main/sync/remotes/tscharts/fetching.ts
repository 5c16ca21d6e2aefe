import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TschartsImageType } from '@shared/model/remotes/settings';
import type { FetchSink, Person } from '../counterparts';
import type { TschartsMemory } from './memory';
import { bytesOfData } from './picture';
import { sha256Of, type TschartsPictures } from './pictures';

const KINDS = { Headshot: 'headshot', Xray: 'xray', Surgery: 'surgery', Audiogram: 'audiogram' } as const;

/** Takes in what they have of people who are known on both sides, but for what came from here. */
export class PictureFetcher {
  private folder: Promise<string> | null = null;

  constructor(
    private readonly memory: TschartsMemory,
    private readonly pictures: TschartsPictures,
    private readonly temporaryFolder: () => Promise<string>,
  ) {}

  async close(): Promise<void> {
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  /** Throws HttpFailure. */
  async fetchAll(into: FetchSink, signal: AbortSignal): Promise<void> {
    for (const { patient, id: there } of into.patients) {
      for (const type of TschartsImageType.options) {
        const ids = (await this.pictures.ids(there, type, signal)).filter(
          (id) => this.memory.imageAt(id) === null && !this.memory.isTaken(id),
        );
        into.expect(ids.length);
        // Oldest first, as they came there.
        for (const id of [...ids].reverse()) {
          signal.throwIfAborted();
          await this.fetchImage(id, patient, type, into, signal);
          into.done();
        }
      }
    }
  }

  private async fetchImage(
    id: number,
    patient: Person['patient'],
    type: TschartsImageType,
    into: FetchSink,
    signal: AbortSignal,
  ): Promise<void> {
    const image = await this.pictures.one(id, signal);
    const bytes = image ? bytesOfData(image.data) : null;
    if (!image) return; // gone meanwhile, or its file is lost there: asked for again another time
    const sha256 = sha256Of(image);
    this.memory.noteHash(id, sha256);
    if (this.memory.isOwn(sha256)) return; // a copy of what came from here
    const path = join(await (this.folder ??= this.temporaryFolder()), String(id));
    // Text that is no base64 is handed on as it is: it is refused with a reason and shows in the count.
    await writeFile(path, bytes ?? image.data);
    await into.image({
      patient,
      id: String(id),
      path,
      name: String(id),
      description: '',
      kindOfPicture: KINDS[type],
      clinic: image.clinic === null ? null : String(image.clinic),
      station: image.station === null ? null : String(image.station),
    });
    this.memory.noteTaken(id);
    await rm(path, { force: true });
  }
}
