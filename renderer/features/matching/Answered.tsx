import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatchRow } from '@shared/contract/matching';
import { useMay, useNameOf } from '../../app/access';
import { cx } from '../../app/cx';
import { isolate, personName, showInstant, together } from '../../app/format';
import { Button } from '../../components/Button';
import { PersonName } from '../../components/Surface';
import styles from '../sending/Sending.module.css';
import { DecideDialog } from './DecideDialog';

interface Props {
  readonly rows: readonly MatchRow[];
  readonly onChanged: () => void;
}

/** What was answered, by a person or by a number, and the way to be asked again. */
export function Answered({ rows, onChanged }: Props) {
  return (
    <ul className={cx(styles.lines)}>
      {rows.map((row) => (
        <li key={`${row.remote} ${row.patient}`} className={cx(styles.line)}>
          <Line row={row} onChanged={onChanged} />
        </li>
      ))}
    </ul>
  );
}

function Line({ row, onChanged }: { readonly row: MatchRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const may = useMay('matching.decide');
  const [asking, setAsking] = useState(false);
  const { decision } = row;
  const by = useNameOf(decision?.by ?? null);
  const there = row.candidates.find(({ id }) => id === decision?.remotePatient)?.name ?? decision?.remotePatient ?? '';
  return (
    <>
      <span className={cx(styles.grow)}>
        <span>
          <PersonName value={row.PatientName} /> · <bdi>{row.remoteName}</bdi>
        </span>
        {decision ? (
          <>
            <span>{t(`matching.answered.${decision.choice}`, { who: isolate(there) })}</span>
            <span className={cx(styles.soft)}>
              {together(t(`matching.basis.${decision.basis}`), by, showInstant(decision.at))}
            </span>
          </>
        ) : null}
      </span>
      <Button
        icon={RotateCcw}
        isDisabled={!may}
        aria-label={t('matching.answerNamed', {
          what: t('matching.answer.ask'),
          name: isolate(personName(row.PatientName)),
        })}
        onPress={() => setAsking(true)}
      >
        {t('matching.answer.ask')}
      </Button>
      {asking ? (
        <DecideDialog row={row} answer={{ choice: 'ask' }} onClose={() => setAsking(false)} onDecided={onChanged} />
      ) : null}
    </>
  );
}
