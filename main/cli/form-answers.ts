import { type FormDefinition, isAnswered } from '@shared/forms/definition';
import type { EntryValue } from '@shared/forms/entry';
import { UsageError } from './usage';

const TRUE = new Set(['yes', 'true', '1']);
const FALSE = new Set(['no', 'false', '0']);

/**
 * An answer as it is typed, FIELD=VALUE, in the type its field takes; several choices are separated by commas. What does not fit
 * is passed on as text and refused by the engine. Throws UsageError.
 */
export function answerOf(definition: FormDefinition, assignment: string): [string, EntryValue] {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`--set is FIELD=VALUE: "${assignment}"`);
  const id = assignment.slice(0, at);
  const text = assignment.slice(at + 1);
  const field = definition.fields.filter(isAnswered).find((each) => each.id === id);
  switch (field?.type) {
    case 'number':
      return [id, text.trim() === '' ? null : Number.isNaN(Number(text)) ? text : Number(text)];
    case 'yesNo':
      return [id, TRUE.has(text.toLowerCase()) ? true : FALSE.has(text.toLowerCase()) ? false : text];
    case 'choices':
      return [id, text === '' ? [] : text.split(',').map((choice) => choice.trim())];
    default:
      return [id, text];
  }
}
