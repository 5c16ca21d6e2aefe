import { FolderInput, Paperclip } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { isShut } from '../../app/door';
import { currentRoute } from '../../app/router';
import { aimAt } from '../../app/target';
import { sayError } from '../../app/toasts';
import { attachFiles } from '../attachments/attach';
import { offer } from './pending';
import styles from './DropOverlay.module.css';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;

/** Marks the half of the window in which files are attached as they are. */
const ATTACH = 'attach';

const isOverAttach = (event: DragEvent): boolean =>
  event.target instanceof Element && event.target.closest(`[data-drop="${ATTACH}"]`) !== null;

/** The patient whose page is open: files dropped here are meant for this person. */
function patientHere(): PatientKey | null {
  const route = currentRoute();
  return route.screen === 'patient' ? route.patient : null;
}

/** Files may be dropped anywhere; on a patient's page they become that patient's images, or are attached unchanged. */
export function DropOverlay() {
  const [over, setOver] = useState<'nothing' | 'import' | 'attach'>('nothing');
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(isOverAttach(event) ? 'attach' : 'import');
    };
    const move = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver('nothing');
    };
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver('nothing');
      if (isShut()) return; // nobody is there
      const paths = window.fieldbox.pathsOf([...(event.dataTransfer?.files ?? [])]);
      const patient = patientHere();
      if (patient !== null && isOverAttach(event)) {
        attachFiles(patient, paths).catch(sayError);
        return;
      }
      if (patient !== null) aimAt(patient);
      offer(paths);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', move);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', move);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  if (over === 'nothing') return null;
  return patientHere() === null ? <Everywhere /> : <TwoHalves attach={over === 'attach'} />;
}

function Everywhere() {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.overlay, styles.place, styles.chosen)} role="status">
      <FolderInput aria-hidden size={72} />
      {t('importing.drop')}
    </div>
  );
}

function TwoHalves({ attach }: { readonly attach: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.overlay, styles.halves)} role="status">
      <div className={cx(styles.place, !attach && styles.chosen)}>
        <FolderInput aria-hidden size={72} />
        {t('files.dropImport')}
      </div>
      <div className={cx(styles.place, attach && styles.chosen)} data-drop={ATTACH}>
        <Paperclip aria-hidden size={72} />
        {t('files.dropAttach')}
      </div>
    </div>
  );
}
