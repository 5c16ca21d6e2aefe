import { useState } from 'react';
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
      <Checkbox checked={settings.exactMatch} onChange={(exactMatch) => onChange({ ...settings, exactMatch })}>
        {t('destinations.exactMatch')}
      </Checkbox>
    </>
  );
}

interface ResultNamesProps {
  readonly results: SettingsOf<'archive-v1'>['results'];
  readonly onResults: (results: SettingsOf<'archive-v1'>['results']) => void;
  readonly error: string | undefined;
}

/** Which results are fetched back: the server cannot list their names, so a person says them, one in a line. */
function ResultNames({ results, onResults, error }: ResultNamesProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => results.map(({ type, name }) => `${type}: ${name}`).join('\n'));
  const change = (typed: string): void => {
    setText(typed);
    onResults(
      typed
        .split('\n')
        .map((line) => /^\s*([^:]+?)\s*:\s*(.+?)\s*$/.exec(line))
        .flatMap((found) => {
          const [, type = '', name = ''] = found ?? [];
          if (name === '') return [];
          const threshold = results.find((known) => known.type === type && known.name === name)?.threshold ?? null;
          return [{ type, name, threshold }];
        }),
    );
  };
  return (
    <TextField
      label={t('destinations.results')}
      hint={t('destinations.resultsHint')}
      direction="ltr"
      lines
      value={text}
      onChange={change}
      error={error}
      maxLength={2000}
    />
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
      <ResultNames
        results={settings.results}
        onResults={(results) => onChange({ ...settings, results })}
        error={rest.issue('results')}
      />
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
      <Columns>
        <SecretField name="token" label={t('destinations.token')} {...rest} />
        <TextField
          label={t('destinations.contact')}
          hint={t('destinations.contactHint')}
          direction="ltr"
          value={settings.contact}
          onChange={(contact) => onChange({ ...settings, contact: contact.trim() })}
          error={rest.issue('contact')}
          required
          maxLength={200}
        />
      </Columns>
      <Checkbox
        checked={settings.dicomAs === 'picture'}
        onChange={(asPicture) => onChange({ ...settings, dicomAs: asPicture ? 'picture' : 'file' })}
      >
        {t('destinations.dicomAsPicture')}
      </Checkbox>
      <Checkbox checked={settings.intoCases} onChange={(intoCases) => onChange({ ...settings, intoCases })}>
        {t('destinations.intoCases')}
      </Checkbox>
      <HeaderFields
        headers={settings.access.headers}
        onHeaders={(headers) => onChange({ ...settings, access: { ...settings.access, headers } })}
        {...rest}
      />
    </>
  );
}
