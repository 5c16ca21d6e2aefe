import { Save, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResultRow } from '@shared/model/results';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showInstant, showNumber } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Facts } from '../../components/Surface';
import { RemoveWithReason } from './RemoveWithReason';
import { resultValue, resultVersion, showExactly } from './ResultSummary';
import styles from './Findings.module.css';

/** Everything known of a result, and giving it out or taking it off the list. */
export function ResultDialog({ row, onClose }: { readonly row: ResultRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const { folder } = await ask('dialog.exportTarget', { suggestedName: row.name });
      if (folder !== null) {
        const target = `${folder.replace(/[\\/]$/, '')}/fieldbox-result-${row.result.slice(0, 8)}.zip`;
        await ask('results.save', { results: [row.result], target });
        say({ tone: 'success', text: t('findings.saved', { path: target }) });
      }
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const facts: (readonly [string, string])[] = [
    [t('findings.kind'), resultValue(row, t)],
    [t('findings.type'), row.type],
    [t('findings.algorithm'), row.algorithm],
    [t('findings.product'), row.product],
    [t('findings.version'), resultVersion(row, t)],
    [t('findings.threshold'), row.threshold === null ? '' : showExactly(row.threshold)],
    [t('findings.inputs'), t('patients.images', { count: row.inputs.length, shown: showNumber(row.inputs.length) })],
    [t('findings.madeAt'), row.madeAt === null ? '' : showInstant(row.madeAt)],
    [t('findings.addedAt'), showInstant(row.addedAt)],
  ];
  return (
    <Dialog title={row.name} open onClose={onClose}>
      <div className={cx(styles.long)}>
        <Facts rows={facts.filter(([, value]) => value !== '')} />
      </div>
      <Actions>
        <Button icon={Save} busy={busy} onPress={() => void save()}>
          {t('findings.saveZip')}
        </Button>
        <RemoveWithReason
          icon={Trash2}
          remove={async (reason) => {
            await ask('results.remove', { result: row.result, reason });
            onClose();
          }}
        />
      </Actions>
    </Dialog>
  );
}
