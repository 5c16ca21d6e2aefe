import { Plus, Save } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FormRow } from '@shared/contract/forms';
import {
  checkAgainst,
  checkDefinition,
  type DefinitionIssue,
  type FieldType,
  fieldTypes,
  type FormDefinition,
  type FormField,
  wordsOf,
} from '@shared/forms/definition';
import { emptyEntry, type EntryValues } from '@shared/forms/entry';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { today } from '../../app/format';
import { currentLanguage, type Lang, languageNames, languages } from '../../app/i18n';
import { say, sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { Button } from '../../components/Button';
import { Choices, Select, Switch } from '../../components/Choice';
import { Card, Note, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { FieldEditor } from './FieldEditor';
import { badIds, moved, newField, withWords } from './formDraft';
import { FormFields } from './FormFields';
import styles from './Reports.module.css';

interface Props {
  /** The form that is changed; null for a new one. */
  readonly form: FormRow | null;
  readonly name: string;
  readonly definition: FormDefinition;
  readonly onDone: () => void;
}

/** Makes or changes a form, one language of its words at a time, with a preview to try it in. */
export function FormEditor({ form, name: firstName, definition: first, onDone }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(firstName);
  const [active, setActive] = useState(form?.active ?? true);
  const [definition, setDefinition] = useState(first);
  const [language, setLanguage] = useState<Lang>(currentLanguage());
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const isHere = useIsHere();
  const faults = tried ? faultsOf(definition, form) : [];
  const { fields } = definition;
  const setFields = (next: FormField[]): void => setDefinition({ ...definition, fields: next });
  const save = async (): Promise<void> => {
    setTried(true);
    if (faultsOf(definition, form).length > 0) return;
    setBusy(true);
    try {
      const saved = await ask('forms.save', { form: form?.form ?? null, name, active, definition });
      say({ tone: 'success', text: t('reports.savedForm', { number: saved.version }) });
      if (isHere.current) onDone();
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Page
      title={wordsOf(definition.title, currentLanguage()) || t('reports.newForm')}
      actions={
        <>
          <Button
            look="primary"
            large
            icon={Save}
            busy={busy}
            isDisabled={name.trim() === ''}
            onPress={() => void save()}
          >
            {t('reports.saveForm')}
          </Button>
          <Button large onPress={onDone}>
            {t('reports.backToForms')}
          </Button>
        </>
      }
    >
      {faults
        .filter(({ field }) => field === '')
        .map(({ problem }) => (
          <Note key={problem} tone="error">
            <p>{t(`reports.fault.${problem}`)}</p>
          </Note>
        ))}
      <div className={cx(styles.editor)}>
        <div className={cx(styles.fields)}>
          <Card>
            <Choices
              label={t('reports.language')}
              options={languages.map((id) => ({ id, label: languageNames[id] }))}
              value={language}
              onChange={setLanguage}
            />
            <p className={cx(styles.soft)}>{t('reports.languageHint')}</p>
            <TextField
              label={t('reports.formTitle')}
              value={definition.title[language] ?? ''}
              onChange={(words) =>
                setDefinition({ ...definition, title: withWords(definition.title, language, words) })
              }
              maxLength={200}
            />
            <TextField
              label={t('reports.formName')}
              hint={t('projects.nameHint')}
              value={name}
              onChange={setName}
              maxLength={64}
            />
            {form === null ? null : (
              <Switch checked={active} onChange={setActive}>
                {t('reports.inUse')}
              </Switch>
            )}
          </Card>
          <Card title={t('reports.fields')}>
            {fields.map((field, at) => (
              <FieldEditor
                key={at}
                field={field}
                language={language}
                fault={faults.find((issue) => issue.field === field.id)?.problem ?? null}
                first={at === 0}
                last={at === fields.length - 1}
                onChange={(next) => setFields(fields.map((each, place) => (place === at ? next : each)))}
                onMove={(by) => setFields(moved(fields, at, by))}
                onRemove={() => setFields(fields.filter((_, place) => place !== at))}
              />
            ))}
            <AddField onAdd={(type) => setFields([...fields, newField(type, fields)])} />
          </Card>
        </div>
        <Preview key={JSON.stringify(definition)} definition={definition} />
      </div>
    </Page>
  );
}

/** What is wrong with a form as it is now; `badId` is what only the editor can bring about. */
type Fault = Omit<DefinitionIssue, 'problem'> & { readonly problem: DefinitionIssue['problem'] | 'badId' };

function faultsOf(definition: FormDefinition, form: FormRow | null): readonly Fault[] {
  const bad = badIds(definition);
  const named = definition.fields
    .filter((field) => bad.has(field.id) || ('options' in field && field.options.some(({ id }) => bad.has(id))))
    .map((field) => ({ field: field.id, problem: 'badId' as const }));
  return [...named, ...checkDefinition(definition), ...checkAgainst(definition, form ? [form.definition] : [])];
}

function AddField({ onAdd }: { readonly onAdd: (type: FieldType) => void }) {
  const { t } = useTranslation();
  const [type, setType] = useState<FieldType>('text');
  return (
    <Row>
      <Select
        label={t('reports.fieldType')}
        hideLabel
        options={fieldTypes.map((id) => ({ id, label: t(`reports.types.${id}`) }))}
        value={type}
        onChange={setType}
      />
      <Button icon={Plus} onPress={() => onAdd(type)}>
        {t('reports.addField')}
      </Button>
    </Row>
  );
}

/** The form as it will be filled in; what is entered here is kept nowhere. */
function Preview({ definition }: { readonly definition: FormDefinition }) {
  const { t } = useTranslation();
  const [values, setValues] = useState<EntryValues>(() => emptyEntry(definition, today()));
  return (
    <div className={cx(styles.preview)}>
      <Card title={t('reports.preview')}>
        <FormFields definition={definition} values={values} issues={[]} onChange={setValues} />
      </Card>
    </div>
  );
}
