import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { asFieldboxError } from '@shared/errors';
import { EntryValues } from '@shared/forms/entry';
import {
  ClinicKey,
  type ImageId,
  type PatientKey,
  type RemoteKey,
  type ResultKey,
  StationKey,
} from '@shared/model/ids';
import { ResultName } from '@shared/model/results';
import { BUILTIN_KINDS } from '../../archive/people/builtin-kinds';
import type { JobHandle } from '../../archive/jobs/job-board';
import { statement } from '../../archive/index-writer/statements';
import { deliveredSeries, knownThere, placesAs } from '../../archive/outbox/matches';
import { foldText } from '../../archive/catalog/folding';
import type {
  FetchedEntry,
  FetchedAttachment,
  FetchedFile,
  FetchedResult,
  FetchSink,
  SentSeries,
} from '../remotes/counterparts';
import { sha256Of } from '../../platform/sha256';
import type { ClinicParts } from './parts';

/** PS3.5 6.2, SH: what a station may be called, so that pictures taken there can carry its name. */
const STATION_NAME_LENGTH = 16;
const MOST_TEXT = 20_000;
/** Faults of this laptop that end a fetch; everything else concerns one thing only. */
const ENDS_IT: ReadonlySet<string> = new Set(['DISK_FULL', 'DISK_FAILED', 'CANCELLED', 'INTERNAL']);

/** What of a remote is fetched. */
export interface FetchScope {
  readonly remote: RemoteKey;
  readonly remoteName: string;
  readonly patient?: PatientKey | undefined;
  /** Only these series; left out: all of which images were delivered. */
  readonly series?: readonly SentSeries[];
}

/** Takes what a remote has into the archive. Nothing here is ever changed or removed because it is not there. */
export class ArchiveSink implements FetchSink {
  readonly patients: FetchSink['patients'];
  readonly series: readonly SentSeries[];
  private counts = { done: 0, total: 0, added: 0, alreadyStored: 0, rejected: 0 };

  constructor(
    private readonly parts: ClinicParts,
    private readonly scope: FetchScope,
    private readonly handle: Pick<JobHandle, 'update'>,
  ) {
    const { db } = parts.ctx;
    this.patients = knownThere(db, scope.remote).filter(
      ({ patient }) => scope.patient === undefined || patient === scope.patient,
    );
    this.series = scope.series ?? deliveredSeries(db, scope.remote, { patient: scope.patient });
  }

  expect(things: number): void {
    this.count({ total: things });
  }

  done(): void {
    this.count({ done: 1 });
  }

  async clinic(clinic: Parameters<FetchSink['clinic']>[0]): Promise<ClinicKey> {
    const { db } = this.parts.ctx;
    const [known] = placesAs(db, this.scope.remote, 'clinic', clinic.id);
    if (known !== undefined && this.isThere('clinic', known)) {
      this.count({ alreadyStored: 1 });
      return ClinicKey.parse(known);
    }
    const { name, place, firstDay, lastDay } = clinic;
    const row = await this.parts.engine.verbs['clinics.create']({ name, place, firstDay, lastDay });
    await this.link('clinic', row.clinic, clinic.id);
    this.count({ added: 1 });
    return row.clinic;
  }

  async station({ id, clinic, name }: Parameters<FetchSink['station']>[0]): Promise<void> {
    const { verbs } = this.parts.engine;
    const { rows } = await verbs['stations.list']({ clinic });
    const linked = new Set(placesAs(this.parts.ctx.db, this.scope.remote, 'station', id));
    if (rows.some(({ station }) => linked.has(station))) {
      this.count({ alreadyStored: 1 });
      return;
    }
    const short = Array.from(name.trim()).slice(0, STATION_NAME_LENGTH).join('').trim();
    if (short === '') return;
    const same = rows.find((row) => foldText(row.name) === foldText(short));
    const station = same ?? (await verbs['stations.create']({ clinic, name: short }));
    await this.link('station', station.station, id);
    this.count(same ? { alreadyStored: 1 } : { added: 1 });
  }

  async image(file: FetchedFile): Promise<boolean> {
    const { clinic, station } = this.placesOf(file);
    const kind = file.kindOfPicture === null ? null : BUILTIN_KINDS[file.kindOfPicture];
    const context = { patient: file.patient, clinic, station, kind };
    return this.taken(async () => {
      const before = this.newest();
      const { image } = await this.parts.engine.verbs['images.keepBase64']({
        data: (await readFile(file.path)).toString('base64'),
        context,
        device: this.scope.remoteName,
      });
      return this.numberOf(image) > before;
    });
  }

  file(file: FetchedAttachment): Promise<boolean> {
    return this.taken(async () => {
      const { isNew } = await this.parts.engine.verbs['attachments.add']({
        patient: file.patient,
        file: { path: file.path },
        description: Array.from(file.description).slice(0, 255).join(''),
        cases: [],
        pinned: file.pinned,
        processed: true,
        evenIfHere: false,
      });
      return isNew;
    });
  }

  async result({ series }: SentSeries, result: FetchedResult): Promise<boolean> {
    const { verbs } = this.parts.engine;
    const { type, name, algorithm, version, threshold, image, value } = result;
    const filter = { series, type, name, removed: true, limit: 1000, offset: 0 };
    const { rows } = await verbs['results.list'](filter);
    const sha256 = value.kind === 'path' ? await sha256Of(value.path) : '';
    // One that a person took off the lists stays off them.
    const here = rows.some(
      (row) =>
        row.image === image &&
        row.version === version &&
        (value.kind === 'path'
          ? row.value.kind === 'file' && row.value.object === sha256
          : isDeepStrictEqual(row.value, value) && row.threshold === threshold),
    );
    return this.taken(async () => {
      if (!here)
        await verbs['results.add']({
          series,
          image,
          type,
          name,
          algorithm,
          product: '',
          version,
          threshold,
          value,
          madeAt: null,
        });
      return !here;
    });
  }

  async entry({ series }: SentSeries, entry: FetchedEntry): Promise<boolean> {
    const { db } = this.parts.ctx;
    const { remote } = this.scope;
    // A report that was changed there under its number is another one here: nothing that a person signed is overwritten.
    const name = `${entry.id}#${createHash('sha256').update(JSON.stringify(entry.values)).digest('hex').slice(0, 16)}`;
    const known = statement(db, 'SELECT 1 FROM remote_entry WHERE remote = ? AND remote_entry = ?').get(remote, name);
    return this.taken(async () => {
      if (known !== undefined) return false;
      const kept = await this.asReport(series, entry);
      await this.parts.ctx.commit([
        {
          type: 'remote.entry',
          body: { remote, remoteEntry: name, entry: kept.entry, result: kept.result, author: entry.author },
        },
      ]);
      return kept.isNew;
    });
  }

  async status({ series }: SentSeries, status: string, message: string): Promise<void> {
    const state = Array.from(status.trim()).slice(0, 32).join('');
    const text = Array.from(message.trim()).slice(0, 1024).join('');
    const row = statement(this.parts.ctx.db, 'SELECT status, message FROM series_status WHERE series = ?').get(
      series,
    ) as { status: string; message: string } | undefined;
    if (state === '' || (row?.status === state && row.message === text)) return;
    await this.parts.engine.verbs['series.setStatus']({ series: [series], status: state, message: text });
  }

  /** As a report on the form of this name when its answers fit, else as a text that says the same. */
  private async asReport(series: SentSeries['series'], entry: FetchedEntry): Promise<Kept> {
    const { verbs } = this.parts.engine;
    const { rows } = await verbs['forms.list']({ all: false });
    const form = rows.find((row) => foldText(row.name) === foldText(entry.form));
    const values = EntryValues.safeParse(entry.values);
    if (form && values.success) {
      const filter = { form: form.form, series, removed: true, limit: 1000, offset: 0, language: 'en' as const };
      const same = (await verbs['entries.list'](filter)).rows.find((row) => isDeepStrictEqual(row.values, values.data));
      if (same) return { entry: same.entry, result: null, isNew: false };
      try {
        const saved = await verbs['entries.save']({
          entry: null,
          saves: 0,
          form: form.form,
          series,
          state: 'finished',
          values: values.data,
          language: 'en',
        });
        return { entry: saved.entry, result: null, isNew: true };
      } catch (thrown) {
        if (asFieldboxError(thrown).code !== 'ENTRY_NOT_VALID') throw thrown;
      }
    }
    const result = await verbs['results.add']({
      series,
      image: null,
      type: 'report',
      name: nameOfResult(entry.form),
      algorithm: Array.from(entry.author.trim() || this.scope.remoteName)
        .slice(0, 64)
        .join(''),
      product: '',
      version: '',
      threshold: null,
      value: { kind: 'text', text: (entry.text.trim() || JSON.stringify(entry.values)).slice(0, MOST_TEXT) },
      madeAt: null,
    });
    return { entry: null, result: result.result, isNew: true };
  }

  /** Counts what became of a thing. A fault of the thing itself puts it aside; a full disk ends all. */
  private async taken(work: () => Promise<boolean>): Promise<boolean> {
    try {
      const isNew = await work();
      this.count(isNew ? { added: 1 } : { alreadyStored: 1 });
      return isNew;
    } catch (thrown) {
      if (ENDS_IT.has(asFieldboxError(thrown).code)) throw thrown;
      this.count({ rejected: 1 });
      return false;
    }
  }

  private placesOf({ clinic, station }: FetchedFile): { clinic: ClinicKey | null; station: StationKey | null } {
    const { db } = this.parts.ctx;
    const at = clinic === null ? undefined : placesAs(db, this.scope.remote, 'clinic', clinic)[0];
    if (at === undefined) return { clinic: null, station: null };
    const desks = station === null ? [] : placesAs(db, this.scope.remote, 'station', station);
    // A station of theirs stands for one desk in each clinic of ours.
    const desk = desks.find(
      (key) =>
        statement(
          db,
          'SELECT 1 FROM station JOIN clinic ON clinic.id = station.clinic_id WHERE station.key = ? AND clinic.key = ?',
        ).get(key, at) !== undefined,
    );
    return { clinic: ClinicKey.parse(at), station: desk === undefined ? null : StationKey.parse(desk) };
  }

  private isThere(table: 'clinic', key: string): boolean {
    return statement(this.parts.ctx.db, `SELECT 1 FROM ${table} WHERE key = ?`).get(key) !== undefined;
  }

  private newest(): number {
    const row = statement(this.parts.ctx.db, 'SELECT coalesce(max(id), 0) AS id FROM image').get() as { id: number };
    return row.id;
  }

  private numberOf(image: ImageId): number {
    const row = statement(this.parts.ctx.db, 'SELECT id FROM image WHERE object = ?').get(image) as
      { id: number } | undefined;
    return row?.id ?? 0;
  }

  private async link(kind: 'clinic' | 'station', key: ClinicKey | StationKey, remotePlace: string): Promise<void> {
    const place =
      kind === 'clinic'
        ? { kind, place: ClinicKey.parse(key), remotePlace }
        : { kind, place: StationKey.parse(key), remotePlace };
    await this.parts.ctx.commit([{ type: 'remote.places', body: { remote: this.scope.remote, places: [place] } }]);
  }

  private count(more: Partial<ArchiveSink['counts']>): void {
    const { done, total, added, alreadyStored, rejected } = this.counts;
    this.counts = {
      done: done + (more.done ?? 0),
      total: total + (more.total ?? 0),
      added: added + (more.added ?? 0),
      alreadyStored: alreadyStored + (more.alreadyStored ?? 0),
      rejected: rejected + (more.rejected ?? 0),
    };
    this.handle.update({ ...this.counts });
  }
}

interface Kept {
  readonly entry: Awaited<ReturnType<ClinicParts['engine']['verbs']['entries.save']>>['entry'] | null;
  readonly result: ResultKey | null;
  readonly isNew: boolean;
}

/** Commas separate names, and control characters have no place in one. */
function nameOfResult(text: string): string {
  const name = ResultName.safeParse(
    text
      .replace(/[,\p{C}]+/gu, ' ')
      .trim()
      .slice(0, 64),
  );
  return name.success ? name.data : 'report';
}
