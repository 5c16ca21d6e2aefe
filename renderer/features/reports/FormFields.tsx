import { Eraser } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AnsweredField, type FormDefinition, isAnswered, wordsOf } from '@shared/forms/definition';
import { type EntryIssue, type EntryProblem, type EntryValue, type EntryValues, isEmpty } from '@shared/forms/entry';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { IconButton } from '../../components/Button';
import { Checkbox, Choices } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { TextField } from '../../components/TextField';
import styles from './Reports.module.css';

interface FormFieldsProps {
  readonly definition: FormDefinition;
  readonly values: EntryValues;
  /** What does not fit, shown under its question. */
  readonly issues: readonly EntryIssue[];
  readonly onChange: (values: EntryValues) => void;
}

/** The questions of a form with their answers, in the language of the window. */
export function FormFields({ definition, values, issues, onChange }: FormFieldsProps) {
  const language = currentLanguage();
  return (
    <div className={cx(styles.fields)}>
      {definition.fields.map((field) =>
        isAnswered(field) ? (
          <Question
            key={field.id}
            field={field}
            value={values[field.id] ?? null}
            problem={issues.find((issue) => issue.field === field.id)?.problem ?? null}
            onChange={(value) => onChange({ ...values, [field.id]: value })}
          />
        ) : (
          <div key={field.id} className={cx(styles.heading)}>
            <h3 dir="auto">{wordsOf(field.label, language)}</h3>
            {wordsOf(field.help, language) === '' ? null : <p>{wordsOf(field.help, language)}</p>}
          </div>
        ),
      )}
    </div>
  );
}

interface QuestionProps<F extends AnsweredField> {
  readonly field: F;
  readonly value: EntryValue;
  readonly problem: EntryProblem | null;
  readonly onChange: (value: EntryValue) => void;
}

function Question({ field, value, problem, onChange }: QuestionProps<AnsweredField>) {
  const language = currentLanguage();
  const error = useProblem(field, problem);
  const label = wordsOf(field.label, language) + (field.required ? ' *' : '');
  const help = wordsOf(field.help, language);
  const hint = help === '' ? {} : { hint: help };
  switch (field.type) {
    case 'text':
    case 'longText':
      return (
        <TextField
          label={label}
          value={typeof value === 'string' ? value : ''}
          onChange={onChange}
          maxLength={field.maxLength}
          lines={field.type === 'longText'}
          error={error}
          {...hint}
        />
      );
    case 'number':
      return <NumberQuestion {...{ field, value, onChange, label, error, help }} />;
    case 'date':
      return (
        <DateField
          label={label}
          value={typeof value === 'string' ? value : ''}
          onChange={onChange}
          error={error}
          {...hint}
        />
      );
    case 'choice':
    case 'yesNo':
      return <ChoiceQuestion {...{ field, value, onChange, label, error, help }} />;
    case 'choices':
      return <ChoicesQuestion {...{ field, value, onChange, label, error, help }} />;
  }
}

interface Labelled<F extends AnsweredField> {
  readonly field: F;
  readonly value: EntryValue;
  readonly onChange: (value: EntryValue) => void;
  readonly label: string;
  readonly help: string;
  readonly error: string | undefined;
}

/** What is typed, with a comma or a point, stays as typed until it is a number. */
function NumberQuestion({ field, value, onChange, label, help, error }: Labelled<NumberField>) {
  const [typed, setTyped] = useState(() => (value === null ? '' : String(value)));
  const shown = typeof value === 'number' && numberOf(typed) !== value ? String(value) : typed;
  const range = rangeOf(field);
  const unit = [field.unit, range].filter(Boolean).join(', ');
  return (
    <div className={cx(styles.short)}>
      <TextField
        label={unit === '' ? label : `${label} (${unit})`}
        value={shown}
        onChange={(text) => {
          setTyped(text);
          onChange(text.trim() === '' ? null : (numberOf(text) ?? text));
        }}
        direction="ltr"
        error={error}
        {...(help === '' ? {} : { hint: help })}
      />
    </div>
  );
}

type NumberField = Extract<AnsweredField, { readonly type: 'number' }>;

function numberOf(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  return plain === '' || Number.isNaN(Number(plain)) ? null : Number(plain);
}

function rangeOf({ min, max }: NumberField): string {
  if (min !== null && max !== null) return `${showNumber(min)}–${showNumber(max)}`;
  if (min !== null) return `≥ ${showNumber(min)}`;
  return max === null ? '' : `≤ ${showNumber(max)}`;
}

type ChoiceField = Extract<AnsweredField, { readonly type: 'choice' | 'yesNo' }>;

function ChoiceQuestion({ field, value, onChange, label, help, error }: Labelled<ChoiceField>) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const options =
    field.type === 'choice'
      ? field.options.map((option) => ({ id: option.id, label: wordsOf(option.label, language) }))
      : [
          { id: 'yes', label: t('reports.yes') },
          { id: 'no', label: t('reports.no') },
        ];
  const chosen = typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'string' ? value : null;
  return (
    <div>
      <Choices
        label={label}
        options={options}
        value={chosen}
        onChange={(id) => onChange(field.type === 'yesNo' ? id === 'yes' : id)}
        after={
          isEmpty(value) ? null : (
            <IconButton icon={Eraser} label={t('reports.clear', { name: label })} onPress={() => onChange(null)} />
          )
        }
      />
      <Below help={help} error={error} />
    </div>
  );
}

function ChoicesQuestion({ field, value, onChange, label, help, error }: Labelled<ChoicesField>) {
  const language = currentLanguage();
  const chosen = Array.isArray(value) ? value : [];
  return (
    <fieldset className={cx(styles.choices)}>
      <legend>{label}</legend>
      <div className={cx(styles.ticks)}>
        {field.options.map((option) => (
          <Checkbox
            key={option.id}
            checked={chosen.includes(option.id)}
            onChange={(on) =>
              onChange(field.options.map(({ id }) => id).filter((id) => (id === option.id ? on : chosen.includes(id))))
            }
          >
            {wordsOf(option.label, language)}
          </Checkbox>
        ))}
      </div>
      <Below help={help} error={error} />
    </fieldset>
  );
}

type ChoicesField = Extract<AnsweredField, { readonly type: 'choices' }>;

function Below({ help, error }: { readonly help: string; readonly error: string | undefined }) {
  return (
    <>
      {help === '' ? null : <p className={cx(styles.help)}>{help}</p>}
      {error === undefined ? null : (
        <p className={cx(styles.problem)} role="alert">
          {error}
        </p>
      )}
    </>
  );
}

function useProblem(field: AnsweredField, problem: EntryProblem | null): string | undefined {
  const { t } = useTranslation();
  if (problem === null) return undefined;
  if (problem !== 'range' || field.type !== 'number') return t(`reports.problem.${problem}`, { range: '' });
  const digits = field.decimals === 0 ? '' : `, ${(0).toFixed(field.decimals)}`;
  return t('reports.problem.range', { range: `${rangeOf(field)}${digits}` });
}
