import { FolderOutput, Plus, Send } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DestinationRow, ForwardRuleRow } from '@shared/contract/sources';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Dialog } from '../../components/Dialog';
import { Badge, Card, Empty, ErrorNote, Page, Row } from '../../components/Surface';
import { Confirm } from './Confirm';
import { DestinationForm, RuleForm } from './ForwardForms';
import { ForwardQueue } from './ForwardQueue';
import styles from './Sources.module.css';
import { sourceLabel } from './sourceLabel';
import { useSources } from './useSources';

/** Where images are sent on to by themselves, by which rules, and what has become of each delivery. */
export function Forwarding() {
  const { t } = useTranslation();
  const destinations = useSources('destinations.list', {}, 'forward');
  const rules = useSources('forward.rules', {}, 'forward');
  const [form, setForm] = useState<'destination' | 'rule' | null>(null);
  const reload = (): void => {
    destinations.reload();
    rules.reload();
  };
  const done = (): void => {
    setForm(null);
    reload();
  };
  const error = destinations.error ?? rules.error;
  const rows = destinations.data?.rows ?? [];
  return (
    <Page title={t('forwarding.title')} subtitle={t('forwarding.subtitle')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {destinations.data && rows.length === 0 ? (
        <Empty
          icon={Send}
          title={t('forwarding.empty')}
          action={
            <Button look="primary" large icon={Plus} onPress={() => setForm('destination')}>
              {t('forwarding.addDestination')}
            </Button>
          }
        >
          {t('forwarding.emptyHint')}
        </Empty>
      ) : null}
      {rows.length === 0 ? null : (
        <>
          <Rules rows={rules.data?.rows ?? []} onAdd={() => setForm('rule')} onChanged={reload} />
          <ForwardQueue />
          <Destinations rows={rows} onAdd={() => setForm('destination')} onChanged={reload} />
        </>
      )}
      <Dialog title={t('forwarding.addDestination')} open={form === 'destination'} onClose={() => setForm(null)}>
        {form === 'destination' ? <DestinationForm onDone={done} onCancel={() => setForm(null)} /> : null}
      </Dialog>
      <Dialog title={t('forwarding.addRule')} open={form === 'rule'} onClose={() => setForm(null)}>
        {form === 'rule' ? <RuleForm destinations={rows} onDone={done} onCancel={() => setForm(null)} /> : null}
      </Dialog>
    </Page>
  );
}

interface ListProps<T> {
  readonly rows: readonly T[];
  readonly onAdd: () => void;
  readonly onChanged: () => void;
}

function Rules({ rows, onAdd, onChanged }: ListProps<ForwardRuleRow>) {
  const { t } = useTranslation();
  const change = (row: ForwardRuleRow, active: boolean): void => {
    ask('forward.changeRule', { rule: row.rule, keepImages: row.keepImages, active }).then(onChanged, sayError);
  };
  return (
    <Card title={t('forwarding.rules')}>
      {rows.length === 0 ? <p>{t('forwarding.noRules')}</p> : null}
      <ul className={cx(styles.list)}>
        {rows.map((row) => {
          const source = row.source === null ? t('forwarding.any') : sourceLabel(t, row.source, row.sourceName);
          const name = t('forwarding.fromTo', { source, destination: row.destinationName });
          return (
            <li key={row.rule} className={cx(styles.item)}>
              <span className={cx(styles.grow)}>
                <strong>
                  <bdi>{name}</bdi>
                </strong>
                <span className={cx(styles.soft)}>{t(row.keepImages ? 'forwarding.stay' : 'forwarding.go')}</span>
              </span>
              <Switch checked={row.active} onChange={(active) => change(row, active)}>
                {t('settings.inUse')}
              </Switch>
              <Confirm
                label={t('watching.remove')}
                named={t('watching.removeNamed', { name })}
                question={t('forwarding.removeRule')}
                onConfirm={() => ask('forward.removeRule', { rule: row.rule }).then(onChanged)}
              />
            </li>
          );
        })}
      </ul>
      <Row>
        <Button icon={Plus} onPress={onAdd}>
          {t('forwarding.addRule')}
        </Button>
      </Row>
    </Card>
  );
}

function Destinations({ rows, onAdd, onChanged }: ListProps<DestinationRow>) {
  const { t } = useTranslation();
  return (
    <Card title={t('forwarding.destinations')}>
      <ul className={cx(styles.list)}>
        {rows.map((row) => (
          <li key={row.destination} className={cx(styles.item)}>
            <span className={cx(styles.grow)}>
              <strong>
                <bdi>{row.name}</bdi>
              </strong>
              <span className={cx(styles.soft)}>
                <bdi>{row.settings['folder'] ?? ''}</bdi>
              </span>
            </span>
            <Badge icon={FolderOutput}>{t(`forwarding.type.${row.type}`)}</Badge>
            <Confirm
              label={t('watching.remove')}
              named={t('watching.removeNamed', { name: row.name })}
              question={t('forwarding.removeDestination')}
              onConfirm={() => ask('destinations.remove', { destination: row.destination }).then(onChanged)}
            />
          </li>
        ))}
      </ul>
      <Row>
        <Button icon={Plus} onPress={onAdd}>
          {t('forwarding.addDestination')}
        </Button>
      </Row>
    </Card>
  );
}
