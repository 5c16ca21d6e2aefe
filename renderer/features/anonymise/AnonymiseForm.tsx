import { CopyPlus, Replace, VenetianMask, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../app/api';
import { useAnonymiseBasket } from '../../app/anonymiseBasket';
import type { Basket } from '../../app/exportBasket';
import { showNumber, together } from '../../app/format';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Card, Columns, ErrorNote, Note, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { ProfileChoice } from './ProfileChoice';
import { firstWay, requestOf } from './way';
import { Writing } from './Writing';

/** The questions before anonymising, each with what follows from the answer. */
export function AnonymiseForm({ basket }: { readonly basket: Basket }) {
  const { t } = useTranslation();
  const isHere = useIsHere();
  const preview = useQuery('anonymisation.preview', { selection: basket });
  const [way, setWay] = useState(firstWay);
  const [mode, setMode] = useState<'copy' | 'replace'>('copy');
  const [busy, setBusy] = useState(false);
  const { data } = preview;

  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const { run } = await ask('anonymisation.start', { ...requestOf(way), selection: basket, mode });
      useAnonymiseBasket.setState({ basket: null });
      if (isHere.current) navigate({ screen: 'anonymise', run });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Card title={t('anonymise.what')}>
        {preview.error ? <ErrorNote error={preview.error} onRetry={preview.reload} /> : null}
        <p aria-busy={preview.loading}>
          {data
            ? together(
                t('exporting.people', { count: data.patients, shown: showNumber(data.patients) }),
                t('patients.images', { count: data.images, shown: showNumber(data.images) }),
              )
            : t('common.loading')}
        </p>
        {data && data.alreadyAnonymous > 0 ? (
          <p>{t('anonymise.already', { count: data.alreadyAnonymous, shown: showNumber(data.alreadyAnonymous) })}</p>
        ) : null}
        {data && data.documents > 0 ? (
          <Note tone="warning">
            <p>{t('anonymise.documents', { count: data.documents, shown: showNumber(data.documents) })}</p>
          </Note>
        ) : null}
      </Card>
      <Card title={t('anonymise.keep')}>
        <p>{t('anonymise.keepText')}</p>
        <ProfileChoice profile={way.profile} onChange={(profile) => setWay({ ...way, profile })} />
      </Card>
      {data ? <Writing preview={data} way={way} onChange={setWay} onSaved={preview.reload} /> : null}
      <Note tone="info">
        <p>{t('anonymise.faces')}</p>
      </Note>
      <Card title={t('anonymise.names')}>
        <p>{t('anonymise.namesText')}</p>
        <Columns>
          <TextField
            label={t('anonymise.newName')}
            value={way.name}
            onChange={(name) => setWay({ ...way, name })}
            maxLength={64}
          />
          {data?.patients === 1 ? (
            <TextField
              label={t('anonymise.newNumber')}
              value={way.number}
              onChange={(number) => setWay({ ...way, number })}
              maxLength={64}
            />
          ) : null}
        </Columns>
      </Card>
      <Card title={t('anonymise.originals')}>
        <Choices
          label={t('anonymise.originals')}
          hideLabel
          cards
          options={[
            { id: 'copy', label: t('anonymise.copy'), hint: t('anonymise.copyHint'), icon: CopyPlus },
            { id: 'replace', label: t('anonymise.replace'), hint: t('anonymise.replaceHint'), icon: Replace },
          ]}
          value={mode}
          onChange={setMode}
        />
      </Card>
      <Row>
        <Button
          look="primary"
          large
          icon={VenetianMask}
          busy={busy}
          isDisabled={!data || data.images === 0}
          onPress={() => void start()}
        >
          {t('anonymise.start')}
        </Button>
        <Button large icon={X} onPress={() => useAnonymiseBasket.setState({ basket: null })}>
          {t('common.cancel')}
        </Button>
      </Row>
    </>
  );
}
