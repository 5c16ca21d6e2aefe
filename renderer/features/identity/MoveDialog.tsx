import { ArrowDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActKey } from '@shared/model/ids';
import type { PatientRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, showNumber } from '../../app/format';
import { i18n } from '../../app/i18n';
import { finished } from '../../app/jobs';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote, Note } from '../../components/Surface';
import { PatientPicker } from '../patients/PatientPicker';
import type { Chosen } from './chosen';
import { Person } from './Person';
import { ReasonField } from './ReasonField';
import styles from './Identity.module.css';

interface Props {
  readonly what: Chosen;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Giving images to the patient who is in them: first who, then what will happen, and why. */
export function MoveDialog({ what, open, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [to, setTo] = useState<PatientRow | null>(null);
  const close = (): void => {
    setTo(null);
    onClose();
  };
  if (!to)
    return (
      <PatientPicker
        title={t('identity.move.pick')}
        open={open}
        onClose={() => {
          // Picking closes the picker too; the next step then takes its place.
          onClose();
        }}
        onPick={setTo}
      />
    );
  return (
    <Dialog title={t('identity.move.title')} open onClose={close}>
      <Confirm what={what} to={to} onClose={close} onDone={onDone} />
    </Dialog>
  );
}

function Confirm({
  what,
  to,
  onClose,
  onDone,
}: Pick<Props, 'what' | 'onClose' | 'onDone'> & { readonly to: PatientRow }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const preview = useQuery('images.movePreview', { selection: what, patient: to.patient });
  const move = (): void => {
    setBusy(true);
    moveImages(what, to, reason.trim()).then(
      (done) => {
        setBusy(false);
        if (!done) return;
        onDone();
        onClose();
      },
      (error: unknown) => {
        setBusy(false);
        sayError(error);
      },
    );
  };
  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') move();
      }}
    >
      {preview.error ? <ErrorNote error={preview.error} /> : null}
      <section aria-label={t('identity.move.from')}>
        <h3>{t('identity.move.from')}</h3>
        {(preview.data?.from ?? []).map((row) => (
          <Person key={row.patient} row={row} />
        ))}
      </section>
      <ArrowDown aria-hidden className={cx(styles.arrow)} />
      <section aria-label={t('identity.move.to')}>
        <h3>{t('identity.move.to')}</h3>
        <Person row={to} />
      </section>
      {preview.data ? (
        <Note tone="info">
          <p>
            {t('identity.move.images', { count: preview.data.images, shown: showNumber(preview.data.images) })}{' '}
            {preview.data.splitStudies > 0
              ? t('identity.move.split', {
                  count: preview.data.splitStudies,
                  shown: showNumber(preview.data.splitStudies),
                })
              : null}
          </p>
          <p>{t('identity.move.effect')}</p>
        </Note>
      ) : null}
      <ReasonField
        value={reason}
        onChange={setReason}
        suggestions={[t('identity.move.suggestWrong'), t('identity.move.suggestMixed')]}
      />
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy} isDisabled={reason.trim() === '' || !preview.data}>
          {t('identity.move.do')}
        </Button>
      </Actions>
    </form>
  );
}

/** Moves images and says so, with a way back; tells whether they were moved. */
async function moveImages(selection: Chosen, to: PatientRow, reason: string): Promise<boolean> {
  const { job, act } = await ask('images.move', { selection, patient: to.patient, reason });
  if (!(await finished(job))) return false;
  say({
    tone: 'success',
    text: i18n.t('identity.move.done', { name: personName(to.PatientName) }),
    action: { label: i18n.t('identity.undo'), run: () => undoMove(act) },
  });
  return true;
}

/** Brings moved images back and says so. */
export function undoMove(act: ActKey): void {
  ask('images.undoMove', { act }).then(() => say({ tone: 'success', text: i18n.t('identity.move.undone') }), sayError);
}
