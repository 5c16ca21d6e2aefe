import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Card, PersonName } from '../../components/Surface';
import styles from './Identity.module.css';

/** The cards that were merged into this one: what they go by, and the way back. */
export function MergedPeople({ row }: { readonly row: PatientRow }) {
  const { t } = useTranslation();
  if (row.mergedFrom.length === 0) return null;
  const unmerge = (merged: PatientRow['mergedFrom'][number]): void => {
    ask('patients.unmerge', { patient: merged.patient }).then(
      () => say({ tone: 'success', text: t('identity.merge.undone', { name: personName(merged.PatientName) }) }),
      sayError,
    );
  };
  return (
    <Card title={t('identity.merge.also')}>
      <ul className={cx(styles.list)}>
        {row.mergedFrom.map((merged) => (
          <li key={merged.patient} className={cx(styles.line)}>
            <span className={cx(styles.text)}>
              <PersonName value={merged.PatientName} />
              <bdi>{merged.PatientID}</bdi>
            </span>
            <Button
              icon={Undo2}
              onPress={() => unmerge(merged)}
              aria-label={t('identity.merge.undoNamed', { name: personName(merged.PatientName) })}
            >
              {t('identity.merge.undo')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
