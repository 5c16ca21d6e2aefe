import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { WebAccess } from '@shared/model/remotes/access';
import { Button, IconButton } from '../../../components/Button';
import { Checkbox, Choices } from '../../../components/Choice';
import { Columns, Note, Row } from '../../../components/Surface';
import { TextField } from '../../../components/TextField';
import type { FormProps } from '../draft';
import { SecretField } from './fields';

type Headers = WebAccess['headers'];
type Place = Pick<WebAccess, 'url' | 'headers' | 'certificate'>;

interface AddressProps<A extends Place> extends Omit<FormProps<A>, 'settings' | 'onChange'> {
  readonly access: A;
  readonly onAccess: (access: A) => void;
  readonly placeholder: string;
}

/** The address of a web service, and a warning where it is not encrypted. */
export function AddressField<A extends Place>({ access, onAccess, issue, placeholder }: AddressProps<A>) {
  const { t } = useTranslation();
  const open = /^http:\/\//i.test(access.url) && !/^http:\/\/(localhost|127\.)/i.test(access.url);
  return (
    <>
      <TextField
        label={t('destinations.url')}
        hint={t('destinations.urlHint', { example: placeholder })}
        direction="ltr"
        value={access.url}
        onChange={(url) => onAccess({ ...access, url: url.trim() })}
        error={issue('access.url')}
        required
        maxLength={1000}
      />
      {open ? (
        <Note tone="warning">
          <p>{t('destinations.notEncrypted')}</p>
        </Note>
      ) : null}
    </>
  );
}

interface WebProps extends Omit<FormProps<WebAccess>, 'settings' | 'onChange'> {
  readonly access: WebAccess;
  readonly onAccess: (access: WebAccess) => void;
  readonly placeholder: string;
}

/** Address, login and further headers of a web service. */
export function WebAccessFields({ access, onAccess, ...rest }: WebProps) {
  const { t } = useTranslation();
  const { authentication } = access;
  const choose = (scheme: WebAccess['authentication']['scheme']): void =>
    onAccess({
      ...access,
      authentication: scheme === 'basic' ? { scheme, username: '' } : { scheme },
    });
  return (
    <>
      <AddressField access={access} onAccess={onAccess} {...rest} />
      <Choices
        label={t('destinations.login')}
        options={(['none', 'basic', 'bearer'] as const).map((id) => ({ id, label: t(`destinations.scheme.${id}`) }))}
        value={authentication.scheme}
        onChange={choose}
      />
      {authentication.scheme === 'basic' ? (
        <Columns>
          <TextField
            label={t('destinations.username')}
            direction="ltr"
            value={authentication.username}
            onChange={(username) => onAccess({ ...access, authentication: { scheme: 'basic', username } })}
            error={rest.issue('access.authentication.username')}
            required
            maxLength={200}
          />
          <SecretField name="password" label={t('destinations.password')} {...rest} />
        </Columns>
      ) : null}
      {authentication.scheme === 'bearer' ? (
        <SecretField name="token" label={t('destinations.token')} {...rest} />
      ) : null}
      <HeaderFields headers={access.headers} onHeaders={(headers) => onAccess({ ...access, headers })} {...rest} />
    </>
  );
}

interface HeaderProps extends Pick<FormProps<unknown>, 'secrets' | 'onSecret' | 'kept' | 'issue'> {
  readonly headers: Headers;
  readonly onHeaders: (headers: Headers) => void;
}

/** Request headers that a gateway in between may want. */
export function HeaderFields({ headers, onHeaders, ...rest }: HeaderProps) {
  const { t } = useTranslation();
  const set = (at: number, changes: Partial<Headers[number]>): void =>
    onHeaders(headers.map((header, index) => (index === at ? { ...header, ...changes } : header)));
  return (
    <>
      {headers.map((header, at) => (
        // A line has nothing of its own but its place.
        <Columns key={at}>
          <TextField
            label={t('destinations.headerName')}
            direction="ltr"
            value={header.name}
            onChange={(name) => set(at, { name: name.trim() })}
            error={rest.issue(`access.headers.${String(at)}.name`)}
            maxLength={64}
          />
          {header.secret ? (
            <SecretField name={`header:${header.name}`} label={t('destinations.headerValue')} {...rest} />
          ) : (
            <TextField
              label={t('destinations.headerValue')}
              direction="ltr"
              value={header.value}
              onChange={(value) => set(at, { value })}
              maxLength={2000}
            />
          )}
          <Row>
            <Checkbox checked={header.secret} onChange={(secret) => set(at, { secret, value: '' })}>
              {t('destinations.headerSecret')}
            </Checkbox>
            <IconButton
              icon={Trash2}
              label={t('destinations.headerRemove', { name: header.name })}
              onPress={() => onHeaders(headers.filter((_, index) => index !== at))}
            />
          </Row>
        </Columns>
      ))}
      {headers.length < 16 ? (
        <div>
          <Button icon={Plus} onPress={() => onHeaders([...headers, { name: '', value: '', secret: false }])}>
            {t('destinations.headerAdd')}
          </Button>
        </div>
      ) : null}
    </>
  );
}
