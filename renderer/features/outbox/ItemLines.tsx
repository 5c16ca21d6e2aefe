import { VenetianMask } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ItemRow } from '@shared/contract/sync';
import { MATCH_CODES } from '@shared/model/remotes/matching';
import { cx } from '../../app/cx';
import { personName, showBytes, showInstant, showNumber, together } from '../../app/format';
import { formatRoute } from '../../app/router';
import { Badge } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { fileKind, kindIcons } from '../attachments/kinds';
import { faultWords, stateTones } from '../sending/states';
import styles from '../sending/Sending.module.css';
import { sentAsWords } from './sentAsWords';

interface Props {
  readonly rows: readonly ItemRow[];
  /** Each line says to whom: in a list of several destinations. */
  readonly withRemote?: boolean;
  /** From how many proofs on it is said that an image may be deleted here; null: it is not said. */
  readonly wanted?: number | null;
}

/** Images and files on their way or arrived, each with its state and why it stands there. */
export function ItemLines({ rows, withRemote = false, wanted = null }: Props) {
  return (
    <ul className={cx(styles.lines)}>
      {rows.map((row) => (
        <ItemLine key={`${row.transaction}-${row.position}`} row={row} withRemote={withRemote} wanted={wanted} />
      ))}
    </ul>
  );
}

function ItemLine({
  row,
  withRemote,
  wanted,
}: { readonly row: ItemRow } & Required<Pick<Props, 'withRemote' | 'wanted'>>) {
  const { t } = useTranslation();
  const tone = stateTones[row.state];
  const { file } = row;
  const here = row.isHere;
  const FileIcon = file === null ? null : kindIcons[fileKind(file.contentType)];
  const name = row.PatientName === null ? t('outbox.gone') : personName(row.PatientName);
  return (
    <li className={cx(styles.line)}>
      <span className={cx(styles.thumb)}>
        {FileIcon === null ? (
          <Thumb image={here ? row.image : null} />
        ) : (
          <FileIcon aria-hidden size={32} strokeWidth={1.75} />
        )}
      </span>
      <span className={cx(styles.grow)}>
        {row.patient === null ? (
          <strong>{name}</strong>
        ) : (
          <a href={formatRoute({ screen: 'patient', patient: row.patient })}>
            <bdi>{name}</bdi>
          </a>
        )}
        {file === null ? null : <bdi>{file.name}</bdi>}
        {here || row.PatientName === null ? null : <span className={cx(styles.soft)}>{t('outbox.gone')}</span>}
        <span className={cx(styles.soft)}>
          {together(row.PatientID ?? '', withRemote ? row.remoteName : '', showBytes(row.bytes))}
        </span>
        {row.fault ? (
          <span className={cx(row.state === 'refused' ? styles.bad : styles.soft)}>{faultWords(row.fault)}</span>
        ) : null}
        {row.state === 'parked' && MATCH_CODES.some((code) => code === row.fault?.code) ? (
          <a href={formatRoute({ screen: 'sending', page: 'matching' })}>{t('matching.sayWho')}</a>
        ) : null}
        {row.attempts > 0 && row.state === 'waiting' ? (
          <span className={cx(styles.soft)}>
            {t('outbox.attempts', { count: row.attempts, shown: showNumber(row.attempts) })}
          </span>
        ) : null}
      </span>
      <span className={cx(styles.end)}>
        {row.proof ? (
          <span className={cx(styles.soft)}>
            {together(t(`destinations.proof.${row.proof.kind}`), showInstant(row.proof.at), sentAsWords(t, row.proof))}
          </span>
        ) : row.arrivedAt ? (
          <span className={cx(styles.soft)}>{t('outbox.arrivedAt', { when: showInstant(row.arrivedAt) })}</span>
        ) : null}
        {row.newer ? <Badge tone="warning">{t(row.newer.asked ? 'ledger.newerAsked' : 'ledger.older')}</Badge> : null}
        {row.anonymised ? <Badge icon={VenetianMask}>{t('exporting.anonymised')}</Badge> : null}
        {wanted !== null && here && file === null && row.proofs >= wanted ? (
          <Badge tone="success">{t('ledger.mayDelete')}</Badge>
        ) : null}
        <Badge {...(tone && { tone })}>{t(`outbox.state.${row.state}`)}</Badge>
      </span>
    </li>
  );
}
