import { z } from 'zod';
import { FormDefinition } from '@shared/forms/definition';
import { EntryState, EntryValues } from '@shared/forms/entry';
import { EntryKey, FormKey, ImageId, SeriesKey } from '@shared/model/ids';

/** Records of report forms and what was filled into them. */
export const formBodies = {
  'form.saved': z.object({
    form: FormKey,
    name: z.string(),
    version: z.int(),
    active: z.boolean(),
    definition: FormDefinition,
  }),
  'entry.saved': z.object({
    entry: EntryKey,
    form: FormKey,
    formVersion: z.int(),
    series: SeriesKey,
    revision: z.int(),
    state: EntryState,
    values: EntryValues,
  }),
  'entry.removed': z.object({ entry: EntryKey, reason: z.string() }),
  'entry.documented': z.object({ entry: EntryKey, revision: z.int(), document: ImageId }),
} as const;
