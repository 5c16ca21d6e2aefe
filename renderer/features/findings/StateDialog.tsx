import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { knownSeriesStates } from '@shared/model/grouping';
import type { SeriesRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { TextField } from '../../components/TextField';
import { stateName } from './states';

const NONE = 'none';

/** How far the processing of a series has come. */
export function StateDialog({ series, onClose }: { readonly series: SeriesRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [status, setStatus] = useState(series.status);
  const [message, setMessage] = useState(series.statusMessage);
  const states = [...new Set([...knownSeriesStates, series.status])].filter((state) => state !== '');
  const save = (): void => {
    ask('series.setStatus', { series: [series.seriesKey], status, message }).then(() => {
      onClose();
    }, sayError);
  };
  return (
    <Dialog title={t('findings.setState')} open onClose={onClose}>
      <Choices
        label={t('findings.state')}
        options={[
          { id: NONE, label: t('findings.noState') },
          ...states.map((state) => ({ id: state, label: stateName(state, t) })),
        ]}
        value={status === '' ? NONE : status}
        onChange={(id) => setStatus(id === NONE ? '' : id)}
      />
      <TextField label={t('findings.stateMessage')} value={message} onChange={setMessage} maxLength={1024} />
      <Actions>
        <Button look="primary" onPress={save}>
          {t('common.save')}
        </Button>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
      </Actions>
    </Dialog>
  );
}
