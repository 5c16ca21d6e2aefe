import { Camera, FolderInput, FolderTree, HardDriveUpload, ImageOff, Pencil, Send, VenetianMask } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageId, PatientKey } from '@shared/model/ids';
import type { ImageRow, PatientRow } from '@shared/model/rows';
import { anonymiseThese } from '../../app/anonymiseBasket';
import { cx } from '../../app/cx';
import { exportThese } from '../../app/exportBasket';
import { sendThese } from '../../app/sendBasket';
import { sexName, showBirth, showDate, showNumber, personName } from '../../app/format';
import { navigate } from '../../app/router';
import { isCovered, isTyping } from '../../app/shortcuts';
import { aimAt } from '../../app/target';
import { useQuery } from '../../app/useQuery';
import { useSelection } from '../../app/useSelection';
import { Button } from '../../components/Button';
import { SelectionBar } from '../../components/SelectionBar';
import { Badge, Card, Empty, ErrorNote, Page } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { IdentityActions } from '../identity/IdentityActions';
import { MergedPeople } from '../identity/MergedPeople';
import { MovedImages } from '../identity/MovedImages';
import { SamePerson } from '../identity/SamePerson';
import { Files } from '../attachments/Files';
import { DetailsFacts } from './MoreDetails';
import { AssignDialog } from '../projects/AssignDialog';
import { AssignSelected } from '../projects/AssignSelected';
import { StudySection } from './StudySection';
import styles from './PatientPage.module.css';

/** One person: who it is, what can be done, and every visit, newest first. */
export function PatientPage({ patient }: { readonly patient: PatientKey }) {
  const { t } = useTranslation();
  const person = useQuery('patients.get', { patient }, { live: true });
  const details = useQuery('patients.details', { patient }, { live: true });
  const studies = useQuery(
    'catalog.studies',
    { patient, sort: 'StudyDate', descending: true, limit: 1000 },
    { live: true },
  );
  const selection = useSelection();
  const [assigning, setAssigning] = useState(false);
  /** The images of the sections that are loaded, in the order of the page, for ranges and 'select all'. */
  const shown = useRef(new Map<string, readonly ImageRow[]>());
  const rows = useMemo(() => studies.data?.rows ?? [], [studies.data]);
  const order = useCallback(
    (): ImageId[] => rows.flatMap((study) => (shown.current.get(study.study) ?? []).map((row) => row.image)),
    [rows],
  );
  const { choose, clear } = selection;

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || isCovered()) return;
      if (event.ctrlKey && event.key === 'a') choose(order());
      else if (event.key === 'Escape') clear();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [choose, clear, order]);

  // Somebody who was merged into another one is shown as that one, under their own address.
  const survivor = person.data?.patient;
  useEffect(() => {
    if (survivor !== undefined && survivor !== patient)
      navigate({ screen: 'patient', patient: survivor }, { replace: true });
  }, [survivor, patient]);

  const go = (screen: 'capture' | 'import'): void => {
    aimAt(patient);
    navigate({ screen });
  };

  return (
    <Page
      title={person.data ? personName(person.data.PatientName) : t('patients.patient')}
      actions={
        person.error ? undefined : (
          <>
            <Button look="primary" large icon={Camera} onPress={() => go('capture')}>
              {t('patients.takePictures')}
            </Button>
            <Button large icon={FolderInput} onPress={() => go('import')}>
              {t('patients.importFiles')}
            </Button>
            <Button
              large
              icon={HardDriveUpload}
              onPress={() => exportThese({ patients: [patient] })}
              isDisabled={!person.data?.images}
            >
              {t('patients.export')}
            </Button>
            <Button
              large
              icon={Send}
              onPress={() => sendThese({ patients: [patient] })}
              isDisabled={!person.data?.images}
            >
              {t('patients.send')}
            </Button>
            <Button
              large
              icon={VenetianMask}
              onPress={() => anonymiseThese({ patients: [patient] })}
              isDisabled={!person.data?.images}
            >
              {t('patients.anonymise')}
            </Button>
            <Button large icon={FolderTree} onPress={() => setAssigning(true)}>
              {t('projects.title')}
            </Button>
            <Button large icon={Pencil} onPress={() => navigate({ screen: 'edit', patient })}>
              {t('patients.edit')}
            </Button>
          </>
        )
      }
    >
      {person.error ? <ErrorNote error={person.error} onRetry={person.reload} /> : null}
      {person.data ? (
        <>
          <Identity row={person.data} />
          <MergedPeople row={person.data} />
          <SamePerson row={person.data} />
        </>
      ) : null}
      {details.data ? <DetailsFacts value={details.data} /> : null}
      {person.data ? <Files key={patient} patient={patient} /> : null}
      {studies.error ? <ErrorNote error={studies.error} onRetry={studies.reload} /> : null}
      {person.data && studies.data && rows.length === 0 ? (
        <Empty icon={ImageOff} title={t('patients.noImages')}>
          {t('patients.noImagesHint')}
        </Empty>
      ) : null}
      <ol className={cx(styles.timeline)} aria-label={t('patients.timeline')}>
        {rows.map((study) => (
          <li key={study.study}>
            <StudySection
              study={study}
              selection={selection}
              order={order}
              onLoaded={(images) => {
                shown.current.set(study.study, images);
              }}
            />
          </li>
        ))}
      </ol>
      {person.data ? <MovedImages patient={person.data.patient} /> : null}
      <SelectionBar selection={selection}>
        <IdentityActions what={{ images: [...selection.chosen] }} onDone={selection.clear} />
        <AssignSelected selection={selection} />
      </SelectionBar>
      {assigning ? (
        <AssignDialog selection={{ patients: [patient] }} patient={patient} onClose={() => setAssigning(false)} />
      ) : null}
    </Page>
  );
}

function Identity({ row }: { readonly row: PatientRow }) {
  const { t } = useTranslation();
  return (
    <Card>
      <div className={cx(styles.header)}>
        <Thumb
          image={row.headshot}
          fallback="face"
          alt={t('patients.headshotOf', { name: personName(row.PatientName) })}
        />
        <div className={cx(styles.facts)}>
          <p className={cx(styles.line)}>
            <strong>{row.PatientID === '' ? t('patients.noNumber') : <bdi>{row.PatientID}</bdi>}</strong>
            <span>{sexName(row.PatientSex)}</span>
            <span>{showBirth(row)}</span>
          </p>
          <p className={cx(styles.line)}>
            {row.lastStudyDate === '' ? null : (
              <span>{t('patients.lastVisit', { date: showDate(row.lastStudyDate) })}</span>
            )}
            <span>{t('patients.images', { count: row.images, shown: showNumber(row.images) })}</span>
          </p>
          <p className={cx(styles.line)}>
            {row.temporary ? <Badge tone="warning">{t('patients.temporary')}</Badge> : null}
            {row.registered ? null : <Badge>{t('patients.fromFiles')}</Badge>}
            {row.consent === 'yes' ? <Badge tone="success">{t('patients.consentYes')}</Badge> : null}
            {row.consent === 'no' ? <Badge tone="error">{t('patients.consentNo')}</Badge> : null}
            {row.consent === 'not-asked' ? <Badge>{t('patients.consentNotAsked')}</Badge> : null}
          </p>
          {row.note === '' ? null : (
            <p className={cx(styles.note)} dir="auto">
              {row.note}
            </p>
          )}
        </div>
      </div>
    </Card>
  );
}
