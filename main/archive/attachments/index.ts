import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Handlers, Parsed } from '@shared/contract';
import { type AttachmentCase, type AttachmentRow, MAX_BYTES_IN_MEMORY } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import { AttachmentKey, type PatientKey } from '@shared/model/ids';
import { diskError } from '../../platform/durable';
import type { EngineContext } from '../context';
import { keepFile } from '../files';
import { idOf, statement } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import type { RecordBody } from '../records/record';
import { listAttachments } from './list';
import { fileNameOf } from './names';
import { attachmentRow } from './rows';
import { saveCopy } from './save-copy';

type AttachmentVerb =
  | 'attachments.add'
  | 'attachments.list'
  | 'attachments.get'
  | 'attachments.update'
  | 'attachments.archive'
  | 'attachments.unarchive'
  | 'attachments.preview'
  | 'attachments.saveCopy';

/** What of attachments travels over the app's own protocol (shared/contract/frames.ts). */
export interface AttachmentContent {
  /** An attached picture as JPEG. Throws NOT_FOUND, NO_PREVIEW, OBJECT_MISSING, PHOTO_*. */
  picture(attachment: AttachmentKey, signal?: AbortSignal): Promise<Uint8Array>;
  /** An attached PDF, as it came. Throws NOT_FOUND, NO_PREVIEW, OBJECT_MISSING. */
  document(attachment: AttachmentKey): Promise<Uint8Array>;
}

export interface Attachments {
  readonly verbs: Handlers<AttachmentVerb>;
  readonly content: AttachmentContent;
}

/** As much of a text as a person reads on a screen, in bytes. */
const TEXT_SHOWN = 256 * 1024;
/** Someone is looking at it and waits. */
const WATCHED = 10;

/** Files of any kind that belong to patients. */
export function createAttachments(ctx: EngineContext): Attachments {
  const { db } = ctx;
  const inTurn = oneAfterTheOther();
  const change = (
    attachment: AttachmentKey,
    changesOf: (row: AttachmentRow) => Omit<RecordBody<'attachment.changed'>, 'attachment'>,
  ): Promise<AttachmentRow> =>
    inTurn(async () => {
      const changes = changesOf(attachmentRow(db, attachment));
      if (Object.keys(changes).length > 0)
        await ctx.commit([{ type: 'attachment.changed', body: { attachment, ...changes } }]);
      return attachmentRow(db, attachment);
    });
  const shown = async (attachment: AttachmentKey, preview: AttachmentRow['preview']): Promise<string> => {
    const row = attachmentRow(db, attachment);
    if (row.preview !== preview) throw new FieldboxError('NO_PREVIEW');
    return ctx.objects.require(row.sha256);
  };
  return {
    verbs: {
      'attachments.add': (input) => add(ctx, input),
      'attachments.list': async (query) => Promise.resolve(listAttachments(db, query)),
      'attachments.get': async ({ attachment }) => Promise.resolve(attachmentRow(db, attachment)),
      'attachments.update': ({ attachment, changes }) =>
        change(attachment, (row) => {
          if (changes.cases !== undefined) refuseCasesOfOthers(ctx, row.patient, changes.cases);
          return { ...changes, ...(changes.cases && { cases: distinct(changes.cases) }) };
        }),
      'attachments.archive': ({ attachment }) =>
        change(attachment, (row) => (row.archivedAt === null ? { archived: true } : {})),
      'attachments.unarchive': ({ attachment }) =>
        change(attachment, (row) => (row.archivedAt === null ? {} : { archived: false })),
      'attachments.preview': async ({ attachment }) => {
        const { preview } = attachmentRow(db, attachment);
        if (preview !== 'text') return { kind: preview };
        const path = await shown(attachment, 'text');
        const text = await ctx.pool.run('textPreview', { path, maxBytes: TEXT_SHOWN }, { priority: WATCHED });
        return { kind: preview, ...text };
      },
      'attachments.saveCopy': async ({ attachment, target, overwrite }) =>
        saveCopy(ctx, attachmentRow(db, attachment), target, overwrite),
    },
    content: {
      picture: async (attachment, signal) => {
        const path = await shown(attachment, 'image');
        const { jpeg } = await ctx.pool.run(
          'filePicture',
          { path },
          { priority: WATCHED, whenAborted: 'finish', ...(signal && { signal }) },
        );
        return jpeg;
      },
      document: async (attachment) => {
        const path = await shown(attachment, 'pdf');
        try {
          return await readFile(path);
        } catch (error) {
          throw diskError(error);
        }
      },
    },
  };
}

/** Throws NOT_FOUND, CASE_OF_ANOTHER, and what `keepFile` throws. */
async function add(
  ctx: EngineContext,
  input: Parsed<'attachments.add'>,
): Promise<{ isNew: boolean; row: AttachmentRow }> {
  const { patient, file: from, cases } = input;
  const check = (): void => {
    if (idOf(ctx.db, 'patient', patient) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
    refuseCasesOfOthers(ctx, patient, cases);
  };
  check(); // before a large file is copied for nothing; and again when it is written
  const inMemory = 'bytes' in from;
  let attachment = AttachmentKey.parse(randomUUID());
  let isNew = true;
  await keepFile(
    ctx,
    inMemory ? { bytes: from.bytes } : { path: from.path },
    ({ sha256 }) => {
      check();
      const here = input.evenIfHere ? undefined : hereAlready(ctx, patient, sha256);
      if (here !== undefined) {
        attachment = here;
        isNew = false;
        return [];
      }
      const name = fileNameOf(inMemory ? from.name : (from.name ?? from.path));
      const { description, pinned, processed } = input;
      return [
        {
          type: 'attachment.added',
          body: { attachment, patient, file: sha256, name, description, cases: distinct(cases), pinned, processed },
        },
      ];
    },
    inMemory ? { maxBytes: MAX_BYTES_IN_MEMORY } : {},
  );
  return { isNew, row: attachmentRow(ctx.db, attachment) };
}

function hereAlready(ctx: EngineContext, patient: PatientKey, sha256: string): AttachmentKey | undefined {
  const row = statement(
    ctx.db,
    `SELECT attachment.key FROM attachment JOIN patient ON patient.id = patient_id
     WHERE file = ? AND patient.key = ? AND archived_at IS NULL ORDER BY attachment.id`,
  ).get(sha256, patient) as { key: AttachmentKey } | undefined;
  return row?.key;
}

/** Studies are those of the patient; a visit is the patient at any clinic there is. Throws NOT_FOUND, CASE_OF_ANOTHER. */
function refuseCasesOfOthers(ctx: EngineContext, patient: PatientKey, cases: readonly AttachmentCase[]): void {
  for (const each of cases) {
    if (each.kind === 'visit') {
      if (idOf(ctx.db, 'clinic', each.clinic) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'clinic' });
      continue;
    }
    const owner = statement(
      ctx.db,
      'SELECT patient.key FROM study JOIN patient ON patient.id = study.patient_id WHERE study.key = ?',
    ).get(each.study) as { key: PatientKey } | undefined;
    if (!owner) throw new FieldboxError('NOT_FOUND', { what: 'study' });
    if (owner.key !== patient) throw new FieldboxError('CASE_OF_ANOTHER');
  }
}

function distinct(cases: readonly AttachmentCase[]): AttachmentCase[] {
  const name = (each: AttachmentCase): string => (each.kind === 'study' ? each.study : each.clinic);
  return cases.filter((each, at) => cases.findIndex((other) => name(other) === name(each)) === at);
}
