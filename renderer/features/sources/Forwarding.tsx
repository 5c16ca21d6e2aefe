import { Pencil, Plus, Send } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForwardRuleRow } from '@shared/contract/sources';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { together } from '../../app/format';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Dialog } from '../../components/Dialog';
import { Card, Empty, ErrorNote, Page, Row } from '../../components/Surface';
import { ToDestinations } from '../destinations/ToDestinations';
import { Confirm } from './Confirm';
import { ForwardQueue } from './ForwardQueue';
import { RuleForm } from './RuleForm';
import styles from './Sources.module.css';
import { sourceLabel } from './sourceLabel';
import { useSources } from './useSources';

/** The rules by which images are sent on by themselves, and what has become of what they sent. */
export function Forwarding() {
  const { t } = useTranslation();
  const remotes = useQuery('remotes.list', {});
  const rules = useSources('forward.rules', {}, 'forward');
  const [form, setForm] = useState<{ readonly rule: ForwardRuleRow | null } | null>(null);
  const close = (): void => setForm(null);
  const done = (): void => {
    close();
    rules.reload();
  };
  const error = remotes.error ?? rules.error;
  const isLoaded = remotes.data !== null && rules.data !== null;
  const rows = rules.data?.rows ?? [];
  const targets = remotes.data?.rows ?? [];
  const add = (
    <Button look="primary" large icon={Plus} onPress={() => setForm({ rule: null })}>
      {t('forwarding.addRule')}
    </Button>
  );
  return (
    <Page title={t('forwarding.title')} subtitle={t('forwarding.subtitle')}>
      {error ? (
        <ErrorNote
          error={error}
          onRetry={() => {
            remotes.reload();
            rules.reload();
          }}
        />
      ) : null}
      {isLoaded && targets.length === 0 ? (
        <Empty icon={Send} title={t('forwarding.empty')} action={<ToDestinations />}>
          {t('forwarding.emptyHint')}
        </Empty>
      ) : null}
      {isLoaded && targets.length > 0 && rows.length === 0 ? (
        <Empty icon={Send} title={t('forwarding.emptyRules')} action={add}>
          {t('forwarding.emptyRulesHint')}
        </Empty>
      ) : null}
      {rows.length === 0 ? null : (
        <Rules
          rows={rows}
          onAdd={() => setForm({ rule: null })}
          onChange={(rule) => setForm({ rule })}
          onChanged={rules.reload}
        />
      )}
      {targets.length === 0 ? null : <ForwardQueue />}
      <Dialog
        title={t(form?.rule ? 'forwarding.changeRule' : 'forwarding.addRule')}
        open={form !== null}
        onClose={close}
      >
        {form ? <RuleForm remotes={targets} rule={form.rule} onDone={done} onCancel={close} /> : null}
      </Dialog>
    </Page>
  );
}

interface RulesProps {
  readonly rows: readonly ForwardRuleRow[];
  readonly onAdd: () => void;
  readonly onChange: (rule: ForwardRuleRow) => void;
  readonly onChanged: () => void;
}

function Rules({ rows, onAdd, onChange, onChanged }: RulesProps) {
  const { t } = useTranslation();
  const turn = ({ rule, keepImages, anonymise, priority, corrections }: ForwardRuleRow, active: boolean): void => {
    ask('forward.changeRule', { rule, keepImages, anonymise, priority, corrections, active }).then(onChanged, sayError);
  };
  return (
    <Card title={t('forwarding.rules')}>
      <ul className={cx(styles.list)}>
        {rows.map((row) => {
          const source = row.source === null ? t('forwarding.any') : sourceLabel(t, row.source, row.sourceName);
          const name = t('forwarding.fromTo', { source, destination: row.remoteName });
          return (
            <li key={row.rule} className={cx(styles.item)}>
              <span className={cx(styles.grow)}>
                <strong>
                  <bdi>{name}</bdi>
                </strong>
                <span className={cx(styles.soft)}>
                  {together(
                    t(row.keepImages ? 'forwarding.stay' : 'forwarding.go'),
                    row.anonymise === null ? '' : t('forwarding.anonymised'),
                    row.corrections && row.anonymise === null ? t('forwarding.corrects') : '',
                  )}
                </span>
              </span>
              <Switch checked={row.active} onChange={(active) => turn(row, active)}>
                {t('settings.inUse')}
              </Switch>
              <Button icon={Pencil} aria-label={t('forwarding.changeNamed', { name })} onPress={() => onChange(row)}>
                {t('forwarding.change')}
              </Button>
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
