import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MoveRow } from '@shared/contract/identity';
import type { PatientKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { isolate, listWords, personName, showInstant, showNumber } from '../../app/format';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Card } from '../../components/Surface';
import { undoMove } from './MoveDialog';
import styles from './Identity.module.css';

const MOST_SHOWN = 10;

/** Images that came to or went from this patient because they were taken on the wrong one. */
export function MovedImages({ patient }: { readonly patient: PatientKey }) {
  const { t } = useTranslation();
  const { data } = useQuery('images.moves', { patient }, { live: true });
  const rows = (data?.rows ?? []).slice(0, MOST_SHOWN);
  if (rows.length === 0) return null;
  return (
    <Card title={t('identity.move.list')}>
      <ul className={cx(styles.list)}>
        {rows.map((row) => (
          <MoveLine key={row.act} row={row} />
        ))}
      </ul>
    </Card>
  );
}

function MoveLine({ row }: { readonly row: MoveRow }) {
  const { t } = useTranslation();
  const from = listWords([...new Set(row.fromNames)].map((name) => isolate(personName(name))));
  const to = isolate(personName(row.toName));
  const date = showInstant(row.at);
  return (
    <li className={cx(styles.line)}>
      <span className={cx(styles.text)}>
        <span>{t('identity.move.line', { count: row.images, shown: showNumber(row.images), from, to })}</span>
        <span className={cx(styles.soft)}>
          {date} · <bdi>{row.reason}</bdi>
          {row.undoneAt === null ? null : ` · ${t('identity.move.takenBack', { date: showInstant(row.undoneAt) })}`}
        </span>
      </span>
      {row.undoneAt === null ? (
        <Button icon={Undo2} onPress={() => undoMove(row.act)} aria-label={t('identity.move.undoNamed', { date })}>
          {t('identity.undo')}
        </Button>
      ) : null}
    </li>
  );
}
