import {
  FieldId,
  type FieldType,
  FormDefinition,
  type FormField,
  type FormOption,
  type FormText,
  isAnswered,
} from '@shared/forms/definition';

/** A form that asks one thing, to begin with. */
export function emptyDefinition(): FormDefinition {
  return { title: {}, fields: [newField('text', [])] };
}

/** A question nobody has asked yet; its short name is free. */
export function newField(type: FieldType, others: readonly FormField[]): FormField {
  const id = freeId('question', others);
  const options = type === 'choice' || type === 'choices' ? { options: [newOption([])] } : {};
  return FormDefinition.shape.fields.element.parse({ type, id, label: {}, ...options });
}

/** The same question with another kind of answer, as far as it can stay the same. */
export function withType(field: FormField, type: FieldType): FormField {
  const { id, label, help } = field;
  const required = isAnswered(field) && field.required;
  const options =
    type === 'choice' || type === 'choices' ? { options: 'options' in field ? field.options : [newOption([])] } : {};
  return FormDefinition.shape.fields.element.parse({
    type,
    id,
    label,
    help,
    ...(type !== 'heading' && { required }),
    ...options,
  });
}

export function newOption(others: readonly FormOption[]): FormOption {
  return { id: freeId('choice', others), label: {} };
}

function freeId(stem: string, others: readonly { readonly id: string }[]): string {
  for (let number = others.length + 1; ; number += 1) {
    const id = `${stem}_${String(number)}`;
    if (!others.some((other) => other.id === id)) return id;
  }
}

/** Words with those of one language changed; empty ones are left out. */
export function withWords(text: FormText, language: keyof FormText, words: string): FormText {
  const { [language]: _, ...others } = text;
  return words === '' ? others : { ...others, [language]: words };
}

/** Short names that are not Latin letters, digits and underscores, which the engine would not take. */
export function badIds(definition: FormDefinition): ReadonlySet<string> {
  const ids = definition.fields.flatMap((field) => [
    field.id,
    ...('options' in field ? field.options.map(({ id }) => id) : []),
  ]);
  return new Set(ids.filter((id) => !FieldId.safeParse(id).success));
}

/** The list with the thing at a place moved up or down by one. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): T[] {
  const copy = [...list];
  const [thing] = copy.splice(at, 1);
  if (thing !== undefined) copy.splice(at + by, 0, thing);
  return copy;
}
