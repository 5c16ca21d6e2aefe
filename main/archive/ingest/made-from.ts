import { createHash } from 'node:crypto';
import { basename, extname, join } from 'node:path';
import type { IntakeContext } from '@shared/contract/intake';
import type { ImageId } from '@shared/model/ids';
import type { PhotoKind } from '../../imaging/detect';
import type { PhotoContext, PhotoPlace } from '../../imaging/photo-context';
import type { MakeDocumentOutput } from '../../workers/tasks/make-document';
import type { EngineContext } from '../context';
import { ownRow } from '../index-writer/merged';
import { idOf, statement } from '../index-writer/statements';

export interface DocumentRequest {
  readonly context: IntakeContext;
  /** Pictures of nobody are kept together by the import or the hour they came with. */
  readonly group: string;
  readonly sourceSha256: ImageId;
  readonly kind: PhotoKind | 'pdf';
  /** What the file is called. */
  readonly name: string;
  /** The camera's own clock, when it was the camera. */
  readonly takenAt?: string;
  readonly cameraName?: string;
  /** When nothing else tells: when the file was last written. */
  readonly modified: Date;
  readonly signal?: AbortSignal;
  /** Where in the hierarchy it belongs, when that is known; otherwise patient, clinic and day decide. */
  readonly place?: PhotoPlace;
}

/** The DICOM object made from a photo or PDF that lies in incoming/ or objects/; it then lies in incoming/. */
export async function makeDocumentFrom(ctx: EngineContext, request: DocumentRequest): Promise<MakeDocumentOutput> {
  const { context, group, sourceSha256 } = request;
  const stored = await ctx.objects.exists(sourceSha256);
  const path = stored ? ctx.objects.path(sourceSha256) : join(ctx.paths.incoming, sourceSha256);
  const whose = context.patient ?? group;
  const study = seed('study', ctx.archiveId, whose, context.clinic ?? '');
  return ctx.pool.run(
    'makeDocument',
    {
      path,
      kind: request.kind,
      sourceSha256,
      context: photoContext(ctx, request),
      seeds: {
        study,
        series: seed('series', context.kind ?? '', context.station ?? ''),
        instance: seed('instance', ctx.archiveId, whose),
      },
      fallbackTime: localTime(request.modified),
      instanceNumber: nextInstanceNumber(ctx, context),
      title: basename(request.name, extname(request.name)),
      incoming: ctx.paths.incoming,
      objects: ctx.paths.objects,
      ...(request.place && { place: request.place }),
      thumbnails: ctx.paths.thumbnails,
    },
    request.signal ? { signal: request.signal } : {},
  );
}

interface PatientColumns {
  readonly PatientID: string;
  readonly IssuerOfPatientID: string;
  readonly PatientName: string;
  readonly PatientBirthDate: string;
  readonly PatientSex: string;
  readonly birth_date_precision: string;
  readonly age_years: number | null;
}

function photoContext(ctx: EngineContext, request: DocumentRequest): PhotoContext {
  const { context } = request;
  const patient = (
    context.patient === null ? null : (ownRow(ctx.db, context.patient) ?? null)
  ) as PatientColumns | null;
  const clinic = row(ctx, 'SELECT * FROM clinic WHERE key = ?', context.clinic) as {
    name: string;
    place: string;
  } | null;
  const station = row(ctx, 'SELECT * FROM station WHERE key = ?', context.station) as { name: string } | null;
  const kind = row(ctx, 'SELECT * FROM kind WHERE key = ?', context.kind) as { name: string } | null;
  return {
    ...(patient && {
      patient: {
        PatientID: patient.PatientID,
        PatientName: patient.PatientName,
        IssuerOfPatientID: patient.IssuerOfPatientID,
        PatientBirthDate: patient.PatientBirthDate,
        PatientSex: patient.PatientSex,
        birthDateEstimated: patient.birth_date_precision === 'estimated',
        ...(patient.age_years !== null && { ageYears: patient.age_years }),
      },
    }),
    ...(clinic && { clinicName: clinic.name, clinicPlace: clinic.place }),
    ...(station && { stationName: station.name }),
    kind: kind?.name ?? '',
    keys: { patient: context.patient, clinic: context.clinic, station: context.station, kind: context.kind },
    ...(request.takenAt !== undefined && { takenAt: request.takenAt }),
    ...(request.cameraName !== undefined && { cameraName: request.cameraName }),
    softwareVersion: ctx.version,
  };
}

/** The last number given to a picture of each patient while this archive is open. */
const lastNumbers = new WeakMap<EngineContext, Map<string, number>>();

/** Counts up over all pictures of a patient, so that they sort in the order in which they came. */
function nextInstanceNumber(ctx: EngineContext, context: IntakeContext): number {
  if (context.patient === null) return 1;
  const given = lastNumbers.get(ctx) ?? new Map<string, number>();
  lastNumbers.set(ctx, given);
  const last = given.get(context.patient) ?? picturesOf(ctx, context.patient);
  given.set(context.patient, last + 1);
  return last + 1;
}

function picturesOf(ctx: EngineContext, patient: string): number {
  const found = statement(
    ctx.db,
    `SELECT count(*) AS n FROM image WHERE patient_id = ? AND source_object IS NOT NULL`,
  ).get(idOf(ctx.db, 'patient', patient) ?? 0) as { n: number };
  return found.n;
}

function row(ctx: EngineContext, sql: string, key: string | null): unknown {
  return key === null ? null : (statement(ctx.db, sql).get(key) ?? null);
}

function seed(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('|')).digest('hex');
}

/** ISO 8601 in this laptop's own clock: the day of a study is the day on the wall. */
export function localTime(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = -date.getTimezoneOffset();
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}
