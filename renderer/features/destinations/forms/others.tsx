import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { FolderPhotos, type SettingsOf } from '@shared/model/remotes/settings';
import { ask } from '../../../app/api';
import { sayError } from '../../../app/toasts';
import { Button } from '../../../components/Button';
import { Checkbox, Choices } from '../../../components/Choice';
import { Columns, Note, Row } from '../../../components/Surface';
import { TextField } from '../../../components/TextField';
import type { FormProps } from '../draft';
import { NumberField, SecretField } from './fields';

interface PathFieldProps {
  readonly hint: string;
  readonly path: string;
  readonly onPath: (path: string) => void;
  readonly error?: string | undefined;
  readonly required?: boolean;
}

/** A folder, typed or chosen. */
export function PathField({ hint, path, onPath, error, required = false }: PathFieldProps) {
  const { t } = useTranslation();
  const choose = (): void => {
    ask('dialog.exportTarget', { suggestedName: 'Fieldbox' }).then(({ folder }) => {
      if (folder !== null) onPath(folder);
    }, sayError);
  };
  return (
    <>
      <TextField
        label={t('destinations.path')}
        hint={hint}
        direction="ltr"
        value={path}
        onChange={onPath}
        error={error}
        required={required}
        maxLength={4096}
      />
      <Row>
        <Button icon={FolderOpen} onPress={choose}>
          {t('destinations.chooseFolder')}
        </Button>
      </Row>
    </>
  );
}

/** A folder on this laptop, a stick or a share. */
export function FolderForm({ settings, onChange, issue }: FormProps<SettingsOf<'folder'>>) {
  const { t } = useTranslation();
  return (
    <>
      <PathField
        hint={t('destinations.pathHint')}
        path={settings.path}
        onPath={(path) => onChange({ ...settings, path })}
        error={issue('path')}
        required
      />
      <Choices<FolderPhotos>
        label={t('destinations.photos')}
        options={FolderPhotos.options.map((id) => ({ id, label: t(`destinations.photosAs.${id}`) }))}
        value={settings.photos ?? 'dicom'}
        onChange={(photos) => onChange({ ...settings, photos })}
      />
      <Note tone="info">
        <p>{t(`destinations.photosHint.${settings.photos ?? 'dicom'}`)}</p>
        <p>{t('destinations.folderNote')}</p>
      </Note>
    </>
  );
}

/** A PACS or machine on the network (PS3.4). */
export function DimseForm({ settings, onChange, issue }: FormProps<SettingsOf<'dimse'>>) {
  const { t } = useTranslation();
  return (
    <>
      <Columns>
        <TextField
          label={t('destinations.host')}
          hint={t('destinations.hostHint')}
          direction="ltr"
          value={settings.host}
          onChange={(host) => onChange({ ...settings, host: host.trim() })}
          error={issue('host')}
          required
          maxLength={255}
        />
        <NumberField
          label={t('destinations.port')}
          hint={t('destinations.portHint')}
          value={settings.port}
          onChange={(port) => onChange({ ...settings, port: port ?? 0 })}
          error={issue('port')}
        />
      </Columns>
      <Columns>
        <TextField
          label={t('destinations.calledAE')}
          hint={t('destinations.calledAEHint')}
          direction="ltr"
          value={settings.calledAETitle}
          onChange={(calledAETitle) => onChange({ ...settings, calledAETitle })}
          error={issue('calledAETitle')}
          required
          maxLength={16}
        />
        <TextField
          label={t('destinations.callingAE')}
          hint={t('destinations.callingAEHint')}
          direction="ltr"
          value={settings.callingAETitle}
          onChange={(callingAETitle) => onChange({ ...settings, callingAETitle })}
          error={issue('callingAETitle')}
          required
          maxLength={16}
        />
      </Columns>
      <Checkbox checked={settings.tls} onChange={(tls) => onChange({ ...settings, tls })}>
        {t('destinations.tls')}
      </Checkbox>
      <Checkbox checked={settings.commitment} onChange={(commitment) => onChange({ ...settings, commitment })}>
        {t('destinations.commitment')}
      </Checkbox>
      <Checkbox checked={settings.mayTranscode} onChange={(mayTranscode) => onChange({ ...settings, mayTranscode })}>
        {t('destinations.mayTranscode')}
      </Checkbox>
    </>
  );
}

/** The code at the end of an address that a box has handed out. */
const BOX_ADDRESS = /^(https?:\/\/.+?)\/*\/([0-9A-Za-z-]{16,})\/?$/;

/** A slicebox, or another Fieldbox, as a box: by the address it has handed out, whose code is a secret and is taken out of it. */
export function SliceboxForm({ settings, onChange, issue, ...rest }: FormProps<SettingsOf<'slicebox'>>) {
  const { t } = useTranslation();
  if (settings.role === 'reached') return <p>{t('destinations.boxFetches')}</p>;
  const take = (text: string): void => {
    const [, url, token] = BOX_ADDRESS.exec(text.trim()) ?? [];
    onChange({ ...settings, url: url ?? text.trim() });
    if (token !== undefined) rest.onSecret('token', token);
  };
  return (
    <>
      <TextField
        label={t('destinations.url')}
        hint={t('destinations.boxUrlHint')}
        direction="ltr"
        value={settings.url}
        onChange={take}
        error={issue('url')}
        required
        maxLength={1000}
      />
      <SecretField name="token" label={t('destinations.token')} {...rest} />
    </>
  );
}

/** A stick carried to another Fieldbox. */
export function CourierForm({ settings, onChange, issue }: FormProps<SettingsOf<'courier'>>) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        label={t('destinations.recipient')}
        hint={t('destinations.recipientHint')}
        direction="ltr"
        lines
        value={settings.recipient}
        onChange={(recipient) => onChange({ ...settings, recipient: recipient.trim() })}
        error={issue('recipient')}
        required
        maxLength={200}
      />
      <PathField
        hint={t('destinations.stickHint')}
        path={settings.path}
        onPath={(path) => onChange({ ...settings, path })}
        error={issue('path')}
      />
    </>
  );
}
