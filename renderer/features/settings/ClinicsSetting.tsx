import { Pencil, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicRow, StationRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { isolate, showDates } from '../../app/format';
import { refreshVocabulary, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { cx } from '../../app/cx';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Card, ErrorNote, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { ClinicForm } from '../day/ClinicForm';
import { NewStation } from '../day/NewStation';
import styles from './Settings.module.css';

/** Clinics and their stations: add, rename, put away. Nothing is deleted, since images refer to them. */
export function ClinicsSetting() {
  const { t } = useTranslation();
  const clinics = useSession((state) => state.clinics);
  const [open, setOpen] = useState<ClinicRow | 'new' | null>(null);
  const close = (): void => setOpen(null);
  const done = (): void => {
    close();
    refreshVocabulary().catch(sayError);
  };
  return (
    <Card title={t('settings.clinics')}>
      <ul className={cx(styles.list)}>
        {clinics.map((row) => (
          <li key={row.clinic} className={cx(styles.item)}>
            <span className={cx(styles.grow)}>
              <strong>{row.name}</strong>
              <span className={cx(styles.soft)}>
                {[row.place, showDates(row.firstDay, row.lastDay)].map(isolate).filter(Boolean).join(' · ')}
              </span>
            </span>
            <Button icon={Pencil} onPress={() => setOpen(row)} aria-label={t('settings.editNamed', { name: row.name })}>
              {t('patients.edit')}
            </Button>
          </li>
        ))}
      </ul>
      <Row>
        <Button icon={Plus} onPress={() => setOpen('new')}>
          {t('day.newClinic')}
        </Button>
      </Row>
      <Dialog
        title={open === 'new' ? t('day.newClinic') : t('day.editClinic')}
        open={open !== null}
        onClose={close}
        wide
      >
        {open === null ? null : open === 'new' ? (
          <ClinicForm onDone={done} onCancel={close} />
        ) : (
          <>
            <ClinicForm clinic={open} onDone={done} onCancel={close} />
            <Stations clinic={open} />
          </>
        )}
      </Dialog>
    </Card>
  );
}

function Stations({ clinic }: { readonly clinic: ClinicRow }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('stations.list', { clinic: clinic.clinic });
  const changed = (): void => {
    reload();
    refreshVocabulary().catch(sayError);
  };
  return (
    <Card title={t('settings.stations')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {(data?.rows ?? []).map((row) => (
        <StationLine key={row.station} row={row} onChanged={changed} />
      ))}
      <NewStation clinic={clinic.clinic} onDone={changed} />
    </Card>
  );
}

function StationLine({ row, onChanged }: { readonly row: StationRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(row.name);
  const save = (changes: { name: string; active: boolean }): void => {
    ask('stations.update', { station: row.station, ...changes }).then(onChanged, sayError);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') save({ name: name.trim(), active: row.active });
      }}
    >
      <Row>
        <TextField label={t('settings.stationName')} value={name} onChange={setName} maxLength={16} />
        <Switch checked={row.active} onChange={(active) => save({ name: row.name, active })}>
          {t('settings.inUse')}
        </Switch>
        {name.trim() !== row.name ? (
          <Actions>
            <Button type="submit" isDisabled={name.trim() === ''}>
              {t('common.save')}
            </Button>
          </Actions>
        ) : null}
      </Row>
    </form>
  );
}
