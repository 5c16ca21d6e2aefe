import { useTranslation } from 'react-i18next';
import type { RemotePolicy } from '@shared/model/remotes/settings';
import { Checkbox, Switch } from '../../components/Choice';
import { Columns } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { NumberField } from './forms/fields';

interface Props {
  readonly policy: RemotePolicy;
  readonly onChange: (policy: RemotePolicy) => void;
  readonly issue: (path: string) => string | undefined;
}

const KIB = 1024;
const NIGHT = { from: '20:00', to: '06:00' } as const;

/** When and how fast a destination may be used. */
export function PolicyFields({ policy, onChange, issue }: Props) {
  const { t } = useTranslation();
  const { hours, network, bytesPerSecond } = policy;
  return (
    <>
      <Switch checked={policy.paused} onChange={(paused) => onChange({ ...policy, paused })}>
        {t('destinations.paused')}
      </Switch>
      <Checkbox checked={hours !== null} onChange={(some) => onChange({ ...policy, hours: some ? NIGHT : null })}>
        {t('destinations.onlyHours')}
      </Checkbox>
      {hours === null ? null : (
        <Columns>
          <TextField
            label={t('destinations.from')}
            hint={t('destinations.clockHint')}
            direction="ltr"
            value={hours.from}
            onChange={(from) => onChange({ ...policy, hours: { ...hours, from: from.trim() } })}
            error={issue('policy.hours.from')}
            maxLength={5}
          />
          <TextField
            label={t('destinations.until')}
            hint={t('destinations.clockHint')}
            direction="ltr"
            value={hours.to}
            onChange={(to) => onChange({ ...policy, hours: { ...hours, to: to.trim() } })}
            error={issue('policy.hours.to')}
            maxLength={5}
          />
        </Columns>
      )}
      <Checkbox checked={network !== null} onChange={(some) => onChange({ ...policy, network: some ? '' : null })}>
        {t('destinations.onlyNetwork')}
      </Checkbox>
      {network === null ? null : (
        <TextField
          label={t('destinations.network')}
          hint={t('destinations.networkHint')}
          direction="ltr"
          value={network}
          onChange={(typed) => onChange({ ...policy, network: typed.trim() })}
          maxLength={64}
        />
      )}
      <Checkbox
        checked={bytesPerSecond !== null}
        onChange={(some) => onChange({ ...policy, bytesPerSecond: some ? 64 * KIB : null })}
      >
        {t('destinations.capped')}
      </Checkbox>
      {bytesPerSecond === null ? null : (
        <NumberField
          label={t('destinations.cap')}
          hint={t('destinations.capHint')}
          value={Math.round(bytesPerSecond / KIB)}
          onChange={(kib) => onChange({ ...policy, bytesPerSecond: (kib ?? 0) * KIB })}
          error={issue('policy.bytesPerSecond')}
        />
      )}
      <Checkbox checked={policy.smallFirst} onChange={(smallFirst) => onChange({ ...policy, smallFirst })}>
        {t('destinations.smallFirst')}
      </Checkbox>
    </>
  );
}
