import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type AnsweredField,
  type FieldType,
  fieldTypes,
  type FormField,
  type FormOption,
  isAnswered,
  wordsOf,
} from '@shared/forms/definition';
import { cx } from '../../app/cx';
import { currentLanguage, type Lang } from '../../app/i18n';
import { Button, IconButton } from '../../components/Button';
import { Checkbox, Select } from '../../components/Choice';
import { TextField } from '../../components/TextField';
import { newOption, withType, withWords } from './formDraft';
import styles from './Reports.module.css';

type Fault =
  'noTitle' | 'noLabel' | 'sameId' | 'sameOption' | 'range' | 'default' | 'nothingAsked' | 'typeChanged' | 'badId';

interface Props {
  readonly field: FormField;
  /** The language whose words are edited. */
  readonly language: Lang;
  readonly fault: Fault | null;
  readonly first: boolean;
  readonly last: boolean;
  readonly onChange: (field: FormField) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

/** One question of a form: its words, its kind of answer and its bounds. */
export function FieldEditor({ field, language, fault, first, last, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const title = wordsOf(field.label, currentLanguage()) || field.id;
  return (
    <section className={cx(styles.question)} data-fault={fault !== null} aria-label={title}>
      <div className={cx(styles.questionHead)}>
        <strong dir="auto">{title}</strong>
        <IconButton icon={ArrowUp} label={t('reports.up')} isDisabled={first} onPress={() => onMove(-1)} />
        <IconButton icon={ArrowDown} label={t('reports.down')} isDisabled={last} onPress={() => onMove(1)} />
        <IconButton icon={Trash2} label={t('reports.removeField', { name: title })} onPress={onRemove} />
      </div>
      {fault === null ? null : (
        <p className={cx(styles.problem)} role="alert">
          {t(`reports.fault.${fault}`)}
        </p>
      )}
      <TextField
        label={t('reports.fieldLabel')}
        value={field.label[language] ?? ''}
        onChange={(words) => onChange({ ...field, label: withWords(field.label, language, words) })}
        maxLength={1000}
      />
      <div className={cx(styles.two)}>
        <Select<FieldType>
          label={t('reports.fieldType')}
          options={fieldTypes.map((id) => ({ id, label: t(`reports.types.${id}`) }))}
          value={field.type}
          onChange={(type) => onChange(withType(field, type))}
        />
        <TextField
          label={t('reports.fieldId')}
          value={field.id}
          onChange={(id) => onChange({ ...field, id })}
          maxLength={32}
          direction="ltr"
        />
      </div>
      <TextField
        label={t('reports.fieldHelp')}
        value={field.help[language] ?? ''}
        onChange={(words) => onChange({ ...field, help: withWords(field.help, language, words) })}
        maxLength={1000}
      />
      {isAnswered(field) ? <Answer field={field} language={language} onChange={onChange} /> : null}
      <p className={cx(styles.soft)}>{t('reports.fieldIdHint')}</p>
    </section>
  );
}

interface AnswerProps<F extends AnsweredField> {
  readonly field: F;
  readonly language: Lang;
  readonly onChange: (field: AnsweredField) => void;
}

function Answer({ field, language, onChange }: AnswerProps<AnsweredField>) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox checked={field.required} onChange={(required) => onChange({ ...field, required })}>
        {t('reports.required')}
      </Checkbox>
      {field.type === 'number' ? <NumberBounds field={field} onChange={onChange} language={language} /> : null}
      {field.type === 'choice' || field.type === 'choices' ? (
        <Options options={field.options} language={language} onChange={(options) => onChange({ ...field, options })} />
      ) : null}
      <DefaultAnswer field={field} onChange={onChange} language={language} />
    </>
  );
}

function NumberBounds({ field, onChange }: AnswerProps<Extract<AnsweredField, { readonly type: 'number' }>>) {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.two)}>
      <OptionalNumber label={t('reports.min')} value={field.min} onChange={(min) => onChange({ ...field, min })} />
      <OptionalNumber label={t('reports.max')} value={field.max} onChange={(max) => onChange({ ...field, max })} />
      <OptionalNumber
        label={t('reports.decimals')}
        value={field.decimals}
        onChange={(decimals) => onChange({ ...field, decimals: Math.min(6, Math.max(0, Math.round(decimals ?? 0))) })}
      />
      <TextField
        label={t('reports.unit')}
        value={field.unit}
        onChange={(unit) => onChange({ ...field, unit })}
        maxLength={32}
        direction="ltr"
      />
    </div>
  );
}

interface OptionalNumberProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/** A number that may be left out; what is no number yet waits until it is one. */
function OptionalNumber({ label, value, onChange }: OptionalNumberProps) {
  const [typed, setTyped] = useState(value === null ? '' : String(value));
  return (
    <TextField
      label={label}
      value={typed}
      onChange={(text) => {
        setTyped(text);
        const number = Number(text.trim().replace(',', '.'));
        if (text.trim() === '') onChange(null);
        else if (!Number.isNaN(number)) onChange(number);
      }}
      direction="ltr"
    />
  );
}

interface OptionsProps {
  readonly options: readonly FormOption[];
  readonly language: Lang;
  readonly onChange: (options: FormOption[]) => void;
}

function Options({ options, language, onChange }: OptionsProps) {
  const { t } = useTranslation();
  const change = (at: number, next: FormOption): void =>
    onChange(options.map((option, place) => (place === at ? next : option)));
  return (
    <div className={cx(styles.fields)} role="group" aria-label={t('reports.choices')}>
      {options.map((option, at) => (
        <div key={at} className={cx(styles.option)}>
          <TextField
            label={t('reports.choice', { number: at + 1 })}
            value={option.label[language] ?? ''}
            onChange={(words) => change(at, { ...option, label: withWords(option.label, language, words) })}
            maxLength={200}
          />
          <TextField
            label={t('reports.fieldId')}
            value={option.id}
            onChange={(id) => change(at, { ...option, id })}
            maxLength={32}
            direction="ltr"
          />
          <IconButton
            icon={Trash2}
            label={t('reports.removeField', { name: wordsOf(option.label, currentLanguage()) || option.id })}
            isDisabled={options.length === 1}
            onPress={() => onChange(options.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      <Button icon={Plus} onPress={() => onChange([...options, newOption(options)])}>
        {t('reports.addChoice')}
      </Button>
    </div>
  );
}

const NOTHING = '-';

function DefaultAnswer({ field, onChange }: AnswerProps<AnsweredField>) {
  const { t } = useTranslation();
  const label = t('reports.default');
  const nothing = { id: NOTHING, label: t('reports.noDefault') };
  switch (field.type) {
    case 'text':
    case 'longText':
      return (
        <TextField
          label={label}
          value={field.default ?? ''}
          onChange={(text) => onChange({ ...field, default: text === '' ? null : text })}
          maxLength={field.maxLength}
        />
      );
    case 'number':
      return (
        <OptionalNumber
          label={label}
          value={field.default}
          onChange={(number) => onChange({ ...field, default: number })}
        />
      );
    case 'choice':
      return (
        <Select
          label={label}
          options={[
            nothing,
            ...field.options.map(({ id, label: words }) => ({ id, label: wordsOf(words, currentLanguage()) || id })),
          ]}
          value={field.default ?? NOTHING}
          onChange={(id) => onChange({ ...field, default: id === NOTHING ? null : id })}
        />
      );
    case 'date':
      return (
        <Checkbox
          checked={field.default === 'today'}
          onChange={(on) => onChange({ ...field, default: on ? 'today' : null })}
        >
          {`${label}: ${t('reports.today')}`}
        </Checkbox>
      );
    case 'yesNo':
      return (
        <Select
          label={label}
          options={[nothing, { id: 'yes', label: t('reports.yes') }, { id: 'no', label: t('reports.no') }]}
          value={field.default === null ? NOTHING : field.default ? 'yes' : 'no'}
          onChange={(id) => onChange({ ...field, default: id === NOTHING ? null : id === 'yes' })}
        />
      );
    case 'choices':
      return null;
  }
}
