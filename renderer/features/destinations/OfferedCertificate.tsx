import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { Button } from '../../components/Button';
import { Note } from '../../components/Surface';
import styles from '../sending/Sending.module.css';
import { inGroups } from './kinds';

interface Props {
  readonly fingerprint: string;
  /** What a person says who accepts it. */
  readonly accept: string;
  readonly onAccept: () => void;
}

/** A certificate that nobody vouches for: a person compares its fingerprint, and says yes to it alone. */
export function OfferedCertificate({ fingerprint, accept, onAccept }: Props) {
  const { t } = useTranslation();
  return (
    <Note tone="warning">
      <p>{t('destinations.certificateOffered')}</p>
      <p className={cx(styles.mono)}>{inGroups(fingerprint)}</p>
      <p>{t('destinations.certificateHint')}</p>
      <div>
        <Button icon={ShieldCheck} onPress={onAccept}>
          {accept}
        </Button>
      </div>
    </Note>
  );
}
