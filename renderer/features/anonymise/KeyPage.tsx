import type { TFunction } from 'i18next';
import { ArrowRight, Trash2, UserRound, UserRoundSearch } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnonymisationKeyRow, AnonymisedImageRow } from '@shared/contract/anonymisation';
import { anonymisationOptions } from '@shared/model/anonymisation';
import type { AnonymisationKeyId, ImageId } from '@shared/model/ids';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { listWords, personName, showDate, showInstant, showNumber } from '../../app/format';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Card, ErrorNote, Facts, Page, Row } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { ReverseDialog } from './ReverseDialog';
import { presetOf } from './way';
import styles from './Anonymise.module.css';

const pageSize = 50;

/** One key: who it is, what the profile was, and every image with its copy. */
export function KeyPage({ id }: { readonly id: AnonymisationKeyId }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('anonymisation.key', { key: id });
  const mayRemove = useMay('anonymisation.removeKey');
  const [removing, setRemoving] = useState(false);
  return (
    <Page
      title={data ? personName(data.anonymousName) : t('keys.title')}
      shape="narrow"
      actions={
        data && mayRemove ? (
          <Button look="danger" icon={Trash2} onPress={() => setRemoving(true)}>
            {t('keys.remove')}
          </Button>
        ) : undefined
      }
    >
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data ? <Who row={data} /> : null}
      {data ? <Pairs id={id} /> : null}
      {data && removing ? <Remove row={data} onClose={() => setRemoving(false)} /> : null}
    </Page>
  );
}

function Who({ row }: { readonly row: AnonymisationKeyRow }) {
  const { t } = useTranslation();
  return (
    <Card title={t('keys.who')}>
      <Facts
        rows={[
          [t('keys.original'), <bdi key="name">{personName(row.PatientName)}</bdi>],
          [t('keys.number'), <bdi key="id">{row.PatientID || '–'}</bdi>],
          [t('keys.birth'), showDate(row.PatientBirthDate) || '–'],
          [t('keys.anonymousNumber'), <bdi key="anonymous">{row.anonymousID}</bdi>],
          [t('keys.profile'), profileWords(row, t)],
          ...(row.dateShiftDays === null
            ? []
            : [[t('keys.shift'), t('keys.days', { days: showNumber(row.dateShiftDays) })] as const]),
          [t('keys.made'), showInstant(row.createdAt)],
        ]}
      />
      {row.isHere ? (
        <Row>
          <Button icon={UserRound} onPress={() => navigate({ screen: 'patient', patient: row.patient })}>
            {t('keys.openPatient')}
          </Button>
        </Row>
      ) : null}
    </Card>
  );
}

function profileWords({ profile }: AnonymisationKeyRow, t: TFunction): string {
  const preset = presetOf(profile);
  if (preset !== null) return t(`anonymise.preset.${preset}`);
  return listWords([
    t(`anonymise.datesChoice.${profile.dates}`),
    ...anonymisationOptions.filter((option) => profile[option]).map((option) => t(`anonymise.option.${option}`)),
  ]);
}

function Pairs({ id }: { readonly id: AnonymisationKeyId }) {
  const { t } = useTranslation();
  const mayReverse = useMay('anonymisation.reverse');
  const [reversing, setReversing] = useState<ImageId | null>(null);
  const [limit, setLimit] = useState(pageSize);
  const { data, error, reload } = useQuery('anonymisation.values', { key: id, limit });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data) return null;
  return (
    <Card title={t('patients.images', { count: data.total, shown: showNumber(data.total) })}>
      <ul className={cx(styles.list)}>
        {data.rows.map((row) => (
          <li key={`${row.original} ${row.anonymous}`} className={cx(styles.pair)}>
            <Side label={t('keys.original')} row={row} of="original" />
            <ArrowRight aria-hidden size={20} />
            <Side label={t('keys.anonymous')} row={row} of="anonymous" />
            {mayReverse && row.anonymousIsHere ? (
              <span className={cx(styles.pairAct)}>
                <Button icon={UserRoundSearch} onPress={() => setReversing(row.anonymous)}>
                  {t('keys.reverse')}
                </Button>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {data.total > data.rows.length && limit < 1000 ? (
        <Row>
          <Button onPress={() => setLimit(Math.min(1000, limit + 4 * pageSize))}>{t('keys.more')}</Button>
        </Row>
      ) : null}
      {reversing === null ? null : (
        <ReverseDialog image={reversing} onClose={() => setReversing(null)} onDone={reload} />
      )}
    </Card>
  );
}

interface SideProps {
  readonly label: string;
  readonly row: AnonymisedImageRow;
  readonly of: 'original' | 'anonymous';
}

function Side({ label, row, of }: SideProps) {
  const { t } = useTranslation();
  const isHere = of === 'original' ? row.originalIsHere : row.anonymousIsHere;
  return (
    <>
      <span className={cx(styles.small)}>
        <Thumb image={isHere ? row[of] : null} alt={label} />
      </span>
      <span className={cx(styles.grow)}>
        <strong>{label}</strong>
        <bdi className={cx(styles.soft)}>{of === 'original' ? row.SOPInstanceUID : row.anonymousSOPInstanceUID}</bdi>
        {isHere ? null : (
          <span className={cx(styles.soft)}>
            {of === 'anonymous' && (row.purpose === 'export' || row.purpose === 'send')
              ? t('keys.wentOut')
              : t('keys.notHere')}
          </span>
        )}
      </span>
    </>
  );
}

function Remove({ row, onClose }: { readonly row: AnonymisationKeyRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask('anonymisation.removeKey', { key: row.key });
      navigate({ screen: 'manage', page: 'keys' }, { replace: true });
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('keys.removeTitle')} open onClose={onClose}>
      <p>{t('keys.removeText', { count: row.images, shown: showNumber(row.images) })}</p>
      <ul className={cx(styles.points)}>
        <li>{t('keys.removeNobody')}</li>
        <li>{t('keys.removeConsent')}</li>
        <li>{t('keys.removeNew')}</li>
        <li>{t('keys.removeBackups')}</li>
      </ul>
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button look="danger" busy={busy} onPress={() => void remove()}>
          {t('keys.remove')}
        </Button>
      </Actions>
    </Dialog>
  );
}
