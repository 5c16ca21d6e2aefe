import { ClipboardList, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FormDefinition, wordsOf } from '@shared/forms/definition';
import { type FormTemplate, formTemplates } from '@shared/forms/templates';
import { cx } from '../../app/cx';
import { showNumber, together } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { formatRoute, navigate } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Badge, Card, Empty, ErrorNote, Page } from '../../components/Surface';
import projects from '../projects/Projects.module.css';
import { FormEditor } from './FormEditor';
import { emptyDefinition } from './formDraft';

/** A form on its way to being made: an empty one or a copy of one that comes with Fieldbox. */
interface Beginning {
  readonly name: string;
  readonly definition: FormDefinition;
}

/** The report forms, and the one that is open in the editor. */
export function FormsPage({ item }: { readonly item: string | null }) {
  const { data, error, reload } = useQuery('forms.list', { all: true }, { live: true });
  const [beginning, setBeginning] = useState<Beginning | null>(null);
  const back = (): void => {
    setBeginning(null);
    navigate({ screen: 'manage', page: 'forms' });
    reload();
  };
  if (beginning) return <FormEditor form={null} {...beginning} onDone={back} />;
  const open = data?.rows.find(({ form }) => form === item);
  if (open) {
    return (
      <FormEditor
        key={`${open.form} ${String(open.version)}`}
        form={open}
        name={open.name}
        definition={open.definition}
        onDone={back}
      />
    );
  }
  return (
    <FormList
      rows={data?.rows ?? null}
      error={error ? <ErrorNote error={error} onRetry={reload} /> : null}
      onBegin={setBeginning}
    />
  );
}

interface FormListProps {
  readonly rows: readonly Parameters<typeof FormLine>[0]['row'][] | null;
  readonly error: ReactNode;
  readonly onBegin: (beginning: Beginning) => void;
}

function FormList({ rows, error, onBegin }: FormListProps) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(false);
  const begin = (template: FormTemplate | null): void =>
    onBegin(template === null ? { name: '', definition: emptyDefinition() } : template);
  return (
    <Page
      title={t('reports.forms')}
      subtitle={t('reports.formsText')}
      actions={
        <Button look="primary" large icon={Plus} onPress={() => setChoosing(true)}>
          {t('reports.newForm')}
        </Button>
      }
    >
      {error}
      {rows?.length === 0 ? (
        <Empty icon={ClipboardList} title={t('reports.noForms')}>
          {t('reports.noFormsHint')}
        </Empty>
      ) : null}
      {rows && rows.length > 0 ? (
        <Card>
          <ul className={cx(projects.archives, projects.plain)}>
            {rows.map((row) => (
              <li key={row.form}>
                <FormLine row={row} />
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      <Dialog title={t('reports.startFrom')} open={choosing} onClose={() => setChoosing(false)}>
        <Actions>
          {formTemplates.map((template) => (
            <Button key={template.id} onPress={() => begin(template)}>
              {wordsOf(template.definition.title, currentLanguage())}
            </Button>
          ))}
          <Button onPress={() => begin(null)}>{t('reports.empty')}</Button>
        </Actions>
      </Dialog>
    </Page>
  );
}

interface FormLineProps {
  readonly row: {
    readonly form: string;
    readonly name: string;
    readonly version: number;
    readonly active: boolean;
    readonly entries: number;
    readonly definition: FormDefinition;
  };
}

function FormLine({ row }: FormLineProps) {
  const { t } = useTranslation();
  return (
    <div className={cx(projects.archive)}>
      <span className={cx(projects.grow)}>
        <a href={formatRoute({ screen: 'manage', page: 'forms', item: row.form })}>
          <strong dir="auto">{wordsOf(row.definition.title, currentLanguage())}</strong>
        </a>
        <span className={cx(projects.soft)}>
          {together(
            row.name,
            t('reports.version', { number: row.version }),
            t('reports.entries', { count: row.entries, shown: showNumber(row.entries) }),
          )}
        </span>
      </span>
      {row.active ? null : <Badge tone="warning">{t('reports.outOfUse')}</Badge>}
    </div>
  );
}
