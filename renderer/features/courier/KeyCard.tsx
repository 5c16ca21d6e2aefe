import { Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Card, ErrorNote, Note, Row } from '../../components/Surface';
import styles from './Courier.module.css';

/** The key that others seal to, so that it can be read out on the phone or copied. */
export function KeyCard() {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('courier.identity', {});
  const [copied, setCopied] = useState('');
  const copy = (key: string): void => {
    navigator.clipboard.writeText(key).then(
      () => setCopied(t('courier.copied')),
      () => setCopied(t('courier.notCopied')),
    );
  };
  return (
    <Card title={t('courier.key')}>
      <p>{t('courier.keyHint')}</p>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data ? (
        <>
          <ol className={cx(styles.key)} aria-label={t('courier.key')}>
            {data.key.split('-').map((group, at) => (
              // The same group may come twice: it has nothing of its own but its place.
              <li key={at}>{group}</li>
            ))}
          </ol>
          <p>{t('courier.keyLetters')}</p>
          <Row>
            <Button icon={Copy} onPress={() => copy(data.key)}>
              {t('courier.copy')}
            </Button>
            <span role="status">{copied}</span>
          </Row>
          {data.secretsProtected ? null : (
            <Note tone="warning">
              <p>{t('courier.unprotected')}</p>
            </Note>
          )}
        </>
      ) : null}
    </Card>
  );
}
