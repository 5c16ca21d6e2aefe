import { useTranslation } from 'react-i18next';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { Checkbox } from '../../../components/Choice';
import { Columns } from '../../../components/Surface';
import { TextField } from '../../../components/TextField';
import type { FormProps } from '../draft';
import { NumberField, SecretField } from './fields';
import { AddressField, HeaderFields, WebAccessFields } from './WebAccessFields';

/** An Orthanc by its REST interface. */
export function OrthancForm({ settings, onChange, ...rest }: FormProps<SettingsOf<'orthanc'>>) {
  return (
    <WebAccessFields
      access={settings.access}
      onAccess={(access) => onChange({ ...settings, access })}
      placeholder="http://192.168.1.20:8042"
      {...rest}
    />
  );
}

/** A server of DICOM PS3.18. */
export function DicomWebForm({ settings, onChange, ...rest }: FormProps<SettingsOf<'dicomweb'>>) {
  const { t } = useTranslation();
  return (
    <>
      <WebAccessFields
        access={settings.access}
        onAccess={(access) => onChange({ ...settings, access })}
        placeholder="https://pacs.example/dicom-web"
        {...rest}
      />
      <Columns>
        {(['stow', 'qido', 'wado'] as const).map((service) => (
          <TextField
            key={service}
            label={t(`destinations.service.${service}`)}
            hint={t('destinations.serviceHint')}
            direction="ltr"
            value={settings[service]}
            onChange={(path) => onChange({ ...settings, [service]: path.trim() })}
            maxLength={200}
          />
        ))}
      </Columns>
      <Checkbox checked={settings.readBack} onChange={(readBack) => onChange({ ...settings, readBack })}>
        {t('destinations.readBack')}
      </Checkbox>
    </>
  );
}

/** Address, name and password as the three systems of the clinic's own want them. */
function NamedAccess({
  settings,
  onChange,
  placeholder,
  ...rest
}: FormProps<SettingsOf<'tscharts'> | SettingsOf<'archive-v1'>> & { readonly placeholder: string }) {
  const { t } = useTranslation();
  return (
    <>
      <AddressField
        access={settings.access}
        onAccess={(access) => onChange({ ...settings, access })}
        placeholder={placeholder}
        {...rest}
      />
      <Columns>
        <TextField
          label={t('destinations.username')}
          direction="ltr"
          value={settings.username}
          onChange={(username) => onChange({ ...settings, username })}
          error={rest.issue('username')}
          required
          maxLength={200}
        />
        <SecretField name="password" label={t('destinations.password')} {...rest} />
      </Columns>
      <HeaderFields
        headers={settings.access.headers}
        onHeaders={(headers) => onChange({ ...settings, access: { ...settings.access, headers } })}
        {...rest}
      />
    </>
  );
}

export function TschartsForm({ settings, onChange, ...rest }: FormProps<SettingsOf<'tscharts'>>) {
  const { t } = useTranslation();
  return (
    <>
      <NamedAccess
        settings={settings}
        onChange={(changed) => onChange({ ...settings, ...changed, kind: 'tscharts' })}
        placeholder="https://charts.example"
        {...rest}
      />
      <Columns>
        <NumberField
          label={t('destinations.clinicNumber')}
          hint={t('destinations.clinicNumberHint')}
          value={settings.clinic}
          onChange={(clinic) => onChange({ ...settings, clinic })}
        />
        <NumberField
          label={t('destinations.stationNumber')}
          value={settings.station}
          onChange={(station) => onChange({ ...settings, station })}
        />
      </Columns>
    </>
  );
}

export function ArchiveV1Form({ settings, onChange, ...rest }: FormProps<SettingsOf<'archive-v1'>>) {
  const { t } = useTranslation();
  return (
    <>
      <NamedAccess
        settings={settings}
        onChange={(changed) => onChange({ ...settings, ...changed, kind: 'archive-v1' })}
        placeholder="https://archive.example"
        {...rest}
      />
      <Columns>
        <TextField
          label={t('destinations.project')}
          value={settings.project}
          onChange={(project) => onChange({ ...settings, project })}
          maxLength={200}
        />
        <TextField
          label={t('destinations.archive')}
          value={settings.archive}
          onChange={(archive) => onChange({ ...settings, archive })}
          maxLength={200}
        />
      </Columns>
    </>
  );
}

export function AttachmentsForm({ settings, onChange, ...rest }: FormProps<SettingsOf<'attachments'>>) {
  const { t } = useTranslation();
  return (
    <>
      <AddressField
        access={settings.access}
        onAccess={(access) => onChange({ ...settings, access })}
        placeholder="https://api.example/v1"
        {...rest}
      />
      <SecretField name="token" label={t('destinations.token')} {...rest} />
      <HeaderFields
        headers={settings.access.headers}
        onHeaders={(headers) => onChange({ ...settings, access: { ...settings.access, headers } })}
        {...rest}
      />
    </>
  );
}
