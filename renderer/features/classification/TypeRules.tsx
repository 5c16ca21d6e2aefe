import { Pencil, Plus, Trash2 } from 'lucide-react';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesRuleRow, SeriesTypeRow } from '@shared/model/classification';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { formatRoute } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Card, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { RuleDialog } from './RuleDialog';
import { Sorting } from './Sorting';
import { conditionWords } from './words';
import styles from './Classification.module.css';

/** One type: its name, and the rules that give it. */
export function TypeRules({ row }: { readonly row: SeriesTypeRow }) {
  const { t } = useTranslation();
  const rules = useQuery('seriesTypes.rules', { type: row.type }, { live: true });
  const [editing, setEditing] = useState<SeriesRuleRow | 'new' | null>(null);
  const again = (): void => {
    ask('seriesTypes.reassign', {}).catch(sayError);
  };
  return (
    <Page
      title={row.name}
      subtitle={t('images.seriesCount', { count: row.series, shown: showNumber(row.series) })}
      shape="narrow"
      actions={<Button onPress={again}>{t('types.reassign')}</Button>}
    >
      <p>
        <a href={formatRoute({ screen: 'manage', page: 'types' })}>{t('types.allTypes')}</a>
      </p>
      <Sorting />
      <Rename row={row} />
      {rules.error ? <ErrorNote error={rules.error} onRetry={rules.reload} /> : null}
      {rules.data?.rows.length === 0 ? <Note tone="info">{t('types.noRules')}</Note> : null}
      {rules.data?.rows.map((rule, at) => (
        <Fragment key={rule.rule}>
          {at > 0 ? <p className={cx(styles.or)}>{t('types.or')}</p> : null}
          <RuleCard
            rule={rule}
            number={at + 1}
            onEdit={() => setEditing(rule)}
            onRemove={() => void ask('seriesTypes.removeRule', { rule: rule.rule }).then(rules.reload, sayError)}
          />
        </Fragment>
      ))}
      <div>
        <Button look="primary" icon={Plus} onPress={() => setEditing('new')}>
          {t('types.addRule')}
        </Button>
      </div>
      {editing === null ? null : (
        <RuleDialog
          type={row.type}
          rule={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            rules.reload();
          }}
        />
      )}
    </Page>
  );
}

interface RuleProps {
  readonly rule: SeriesRuleRow;
  readonly number: number;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function RuleCard({ rule, number, onEdit, onRemove }: RuleProps) {
  const { t } = useTranslation();
  const shown = showNumber(number);
  return (
    <Card title={t('types.rule', { number: shown })}>
      <Row>
        <ul className={cx(styles.sentences, styles.grow)}>
          {rule.conditions.map((condition) => {
            const words = conditionWords(condition, t);
            return <li key={words}>{words}</li>;
          })}
        </ul>
        <IconButton icon={Pencil} label={t('types.editRule', { number: shown })} onPress={onEdit} />
        <IconButton icon={Trash2} label={t('types.removeRule', { number: shown })} onPress={onRemove} />
      </Row>
    </Card>
  );
}

function Rename({ row }: { readonly row: SeriesTypeRow }) {
  const { t } = useTranslation();
  const [name, setName] = useState(row.name);
  const changed = name.trim() !== '' && name.trim() !== row.name;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) ask('seriesTypes.rename', { type: row.type, name: name.trim() }).catch(sayError);
      }}
    >
      <div className={cx(styles.add)}>
        <TextField label={t('types.name')} value={name} onChange={setName} maxLength={64} />
        {changed ? <Button type="submit">{t('common.save')}</Button> : null}
      </div>
    </form>
  );
}
