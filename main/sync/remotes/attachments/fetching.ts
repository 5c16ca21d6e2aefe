import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fetchable, RemoteFile } from '@shared/model/remotes/content';
import { sha256Of } from '../../../platform/sha256';
import type { FetchSink, Person } from '../counterparts';
import type { AttachmentsMemory } from './memory';
import { isId } from './patients';
import { download, type RecordThere, recordsOf } from './records';
import type { AttachmentsSession } from './session';
import type { Storages } from './storages';

/** What is there: listed, and what is new fetched. */
export class Fetching {
  private folder: Promise<string> | null = null;

  constructor(
    private readonly session: AttachmentsSession,
    private readonly memory: AttachmentsMemory,
    private readonly storages: Storages,
    private readonly temporaryFolder: () => Promise<string>,
  ) {}

  async filesOf(patient: string, signal: AbortSignal): Promise<readonly RemoteFile[]> {
    if (!isId(patient)) return [];
    return (await recordsOf(this.session, patient, signal)).map((record) => ({
      id: record.id,
      name: record.filename,
      type: record.content_type,
      description: record.description,
      bytes: record.size ?? null,
      clinic: null,
      station: null,
      addedAt: record.created_at ?? null,
      archived: (record.archived_at ?? null) !== null,
      image: this.memory.imageAt(record.id),
    }));
  }

  async fetchBack(what: Fetchable, into: FetchSink, signal: AbortSignal): Promise<void> {
    if (what !== 'files') return;
    for (const { patient, id } of into.patients.filter((each) => isId(each.id))) {
      const records = (await recordsOf(this.session, id, signal)).filter((record) => this.isNewHere(record));
      into.expect(records.length);
      for (const record of records) {
        signal.throwIfAborted();
        await this.fetchFile(record, patient, id, into, signal);
        into.done();
      }
    }
  }

  /** Neither ours nor fetched before, ready, and not put away there. */
  private isNewHere(record: RecordThere): boolean {
    return (
      (record.archived_at ?? null) === null &&
      record.processing_completed === true &&
      !this.memory.isOurs(record.id) &&
      !this.memory.isTaken(record.id)
    );
  }

  private async fetchFile(
    record: RecordThere,
    patient: Person['patient'],
    remotePatient: string,
    into: FetchSink,
    signal: AbortSignal,
  ): Promise<void> {
    const folder = join(await (this.folder ??= this.temporaryFolder()), randomUUID());
    await mkdir(folder);
    // The name is a label that came over the network: no separators, nothing that a system takes for more than a name.
    const name = record.filename
      .replace(/[^\p{L}\p{N}._ -]+/gu, '_')
      .replace(/^\.+/, '')
      .slice(0, 120);
    const path = join(folder, name === '' ? record.id : name);
    try {
      if (!(await download(this.session, (url) => this.storages.at(url), record.id, path, signal))) return;
      const { id, description } = record;
      const pinned = (record.pinned_at ?? null) !== null;
      const sha256 = await sha256Of(path);
      const nowhere = { kindOfPicture: null, clinic: null, station: null };
      await into.file({ patient, id, path, name, description, pinned, ...nowhere });
      this.memory.noteTaken(record.id, remotePatient, sha256);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }
}
