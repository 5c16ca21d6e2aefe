import { CalendarDays, MapPin, Plus, Stethoscope, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicKey, StationKey } from '@shared/model/ids';
import type { ClinicRow } from '@shared/model/rows';
import { useAccess } from '../../app/access';
import { useQuery } from '../../app/useQuery';
import { isolate, showDates, today } from '../../app/format';
import { languageNames, languages } from '../../app/i18n';
import { navigate } from '../../app/router';
import { changeSettings, pickDay, refreshVocabulary, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Actions } from '../../components/Dialog';
import { Card, ErrorNote, Page, Row } from '../../components/Surface';
import { ClinicForm } from './ClinicForm';
import { sortClinics } from './clinicOrder';
import { NewStation } from './NewStation';

/** Once a day: where are we? Everything taken in today carries the answer. */
export function Day() {
  const { t, i18n } = useTranslation();
  const settings = useSession((state) => state.settings);
  const clinics = useSession((state) => state.clinics);
  const [clinic, setClinic] = useState<ClinicKey | null>(settings?.clinic ?? null);
  const [station, setStation] = useState<StationKey | null>(settings?.station ?? null);
  const [adding, setAdding] = useState(false);
  const [busy, setBusy] = useState(false);
  const stations = useQuery('stations.list', clinic === null ? null : { clinic });
  const first = settings?.pickedOn === '';
  const nobodyYet = useAccess((access) => access.state?.access === 'open');

  const finish = async (where: ClinicKey | null, desk: StationKey | null): Promise<void> => {
    setBusy(true);
    try {
      await pickDay(where, desk);
      navigate({ screen: 'patients' }, { replace: true });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const created = (row: ClinicRow): void => {
    setAdding(false);
    setClinic(row.clinic);
    setStation(null);
    refreshVocabulary().catch(sayError);
  };
  const active = (stations.data?.rows ?? []).filter((row) => row.active);

  return (
    <Page title={first ? t('day.welcome') : t('day.title')} subtitle={t('day.why')} shape="narrow">
      {first ? (
        <Card title={t('settings.language')}>
          <Choices
            label={t('settings.language')}
            hideLabel
            options={languages.map((id) => ({ id, label: languageNames[id] }))}
            value={languages.find((id) => id === i18n.language) ?? 'en'}
            onChange={(language) => void changeSettings({ language }).catch(sayError)}
          />
        </Card>
      ) : null}
      <Card title={t('day.clinic')}>
        {clinics.length > 0 ? (
          <Choices
            label={t('day.clinic')}
            hideLabel
            cards
            options={sortClinics(clinics, today()).map((row) => ({
              id: row.clinic,
              label: row.name,
              icon: CalendarDays,
              hint: [row.place, showDates(row.firstDay, row.lastDay)].map(isolate).filter(Boolean).join(' · '),
            }))}
            value={clinic}
            onChange={(key) => {
              setClinic(key);
              setStation(null);
            }}
          />
        ) : null}
        {adding || clinics.length === 0 ? (
          <ClinicForm onDone={created} {...(clinics.length > 0 ? { onCancel: () => setAdding(false) } : {})} />
        ) : (
          <Row>
            <Button icon={Plus} onPress={() => setAdding(true)}>
              {t('day.newClinic')}
            </Button>
          </Row>
        )}
      </Card>
      {clinic === null ? null : (
        <Card title={t('day.station')}>
          {stations.error ? <ErrorNote error={stations.error} onRetry={stations.reload} /> : null}
          {active.length > 0 ? (
            <Choices
              label={t('day.station')}
              hideLabel
              options={active.map((row) => ({ id: row.station, label: row.name, icon: Stethoscope }))}
              value={station}
              onChange={setStation}
            />
          ) : null}
          <NewStation
            key={clinic}
            clinic={clinic}
            onDone={(row) => {
              stations.reload();
              setStation(row.station);
            }}
          />
        </Card>
      )}
      {nobodyYet ? (
        <Row>
          <Button look="quiet" icon={UsersRound} onPress={() => navigate({ screen: 'manage', page: 'people' })}>
            {t('people.addFirst')}
          </Button>
        </Row>
      ) : null}
      <Actions>
        <Button look="quiet" large isDisabled={busy} onPress={() => void finish(null, null)}>
          {t('day.skip')}
        </Button>
        <Button
          look="primary"
          large
          icon={MapPin}
          busy={busy}
          isDisabled={clinic === null}
          onPress={() => void finish(clinic, station)}
        >
          {t('day.start')}
        </Button>
      </Actions>
    </Page>
  );
}
