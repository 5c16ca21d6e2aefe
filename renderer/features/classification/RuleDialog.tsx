import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { conditionOperators, type SeriesRuleRow } from '@shared/model/classification';
import type { SeriesTypeKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { sayError } from '../../app/toasts';
import { useDebounced, useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Select } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { AttributeField } from './AttributeField';
import { type ConditionDraft, conditionsOf, draftOf, emptyDraft } from './draft';
import styles from './Classification.module.css';

interface Props {
  readonly type: SeriesTypeKey;
  /** The rule to change; null for a new one. */
  readonly rule: SeriesRuleRow | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** The conditions of one rule, and how many series they fit. */
export function RuleDialog({ type, rule, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const [drafts, setDrafts] = useState<readonly ConditionDraft[]>(
    () => rule?.conditions.map(draftOf) ?? [emptyDraft()],
  );
  const [busy, setBusy] = useState(false);
  const conditions = conditionsOf(drafts);
  const save = async (): Promise<void> => {
    if (!conditions) return;
    setBusy(true);
    try {
      await (rule
        ? ask('seriesTypes.changeRule', { rule: rule.rule, conditions })
        : ask('seriesTypes.addRule', { type, conditions }));
      onSaved();
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  const change = (id: number, changes: Partial<ConditionDraft>): void =>
    setDrafts((all) => all.map((draft) => (draft.id === id ? { ...draft, ...changes } : draft)));
  return (
    <Dialog title={rule ? t('types.changeRule') : t('types.newRule')} open wide onClose={onClose}>
      <form
        className={cx(styles.form)}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void save();
        }}
      >
        <p className={cx(styles.soft)}>
          {t('types.ruleHint')} {t('types.pathHint')}
        </p>
        {drafts.map((draft, at) => (
          <ConditionRow
            key={draft.id}
            draft={draft}
            number={at + 1}
            onChange={(changes) => change(draft.id, changes)}
            onRemove={drafts.length > 1 ? () => setDrafts(drafts.filter(({ id }) => id !== draft.id)) : null}
          />
        ))}
        <div>
          <Button icon={Plus} onPress={() => setDrafts([...drafts, emptyDraft()])}>
            {t('types.addCondition')}
          </Button>
        </div>
        <Preview conditions={conditions} />
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} isDisabled={!conditions}>
            {t('common.save')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

interface RowProps {
  readonly draft: ConditionDraft;
  readonly number: number;
  readonly onChange: (changes: Partial<ConditionDraft>) => void;
  readonly onRemove: (() => void) | null;
}

function ConditionRow({ draft, number, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const { operator } = draft;
  return (
    <div
      role="group"
      aria-label={t('types.condition', { number: showNumber(number) })}
      className={cx(styles.condition)}
    >
      <AttributeField label={t('types.attribute')} value={draft.path} onChange={(path) => onChange({ path })} />
      <Select
        label={t('types.operator')}
        options={conditionOperators.map((id) => ({ id, label: t(`types.operators.${id}`) }))}
        value={operator}
        onChange={(next) => onChange({ operator: next })}
      />
      {operator === 'range' ? (
        <div className={cx(styles.two)}>
          <TextField
            label={t('types.from')}
            value={draft.from}
            onChange={(from) => onChange({ from })}
            direction="ltr"
          />
          <TextField label={t('types.to')} value={draft.to} onChange={(to) => onChange({ to })} direction="ltr" />
        </div>
      ) : operator === 'exists' || operator === 'missing' ? (
        <span />
      ) : (
        <TextField
          label={t('types.value')}
          value={draft.value}
          onChange={(value) => onChange({ value })}
          maxLength={256}
        />
      )}
      {onRemove ? (
        <IconButton
          icon={Trash2}
          label={t('types.removeCondition', { number: showNumber(number) })}
          onPress={onRemove}
        />
      ) : null}
    </div>
  );
}

/** How many series would fit; a rule that cannot be is explained while it is entered. */
function Preview({ conditions }: { readonly conditions: ReturnType<typeof conditionsOf> }) {
  const { t } = useTranslation();
  const settled = useDebounced(JSON.stringify(conditions), 400);
  const asked = settled === 'null' || settled !== JSON.stringify(conditions) ? null : conditions;
  const preview = useQuery('seriesTypes.preview', asked && { conditions: asked });
  const { data, error } = preview;
  if (error && error.code !== 'CANCELLED') return <ErrorNote error={error} />;
  const counts = data && { matching: showNumber(data.matching), series: showNumber(data.series) };
  const text = !counts ? ' ' : t(data.exact ? 'types.preview' : 'types.previewAtMost', counts);
  return (
    <p className={cx(styles.preview)} role="status">
      {text}
    </p>
  );
}
