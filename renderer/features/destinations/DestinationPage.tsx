import { ArrowLeft, PlugZap, Save, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '@shared/contract';
import type { RemoteRow, RemoteTest } from '@shared/contract/sync';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import type { RemoteSettings } from '@shared/model/remotes/settings';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate } from '../../app/format';
import { navigate } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Card, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from '../sending/Sending.module.css';
import { type Draft, draftOf, issuesOf, newDraft } from './draft';
import { certificateOf, inGroups, kindIcons, kindOrder, withCertificate } from './kinds';
import { PolicyFields } from './PolicyFields';
import { SettingsForm } from './SettingsForm';
import { TestSteps } from './TestSteps';

interface Props {
  /** Which one is changed; null adds one. */
  readonly row: RemoteRow | null;
  readonly list: Output<'remotes.list'>;
}

const back = (): void => navigate({ screen: 'sending', page: 'destinations' });

/** Adding or changing a destination: what it is, how it is reached, a test, and when it may be used. */
export function DestinationPage({ row, list }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => (row ? draftOf(row) : newDraft('dimse')));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [test, setTest] = useState<RemoteTest | null>(null);
  const [testError, setTestError] = useState<FieldboxError | null>(null);
  const [testing, setTesting] = useState(false);
  const isHere = useIsHere();
  const { settings, secrets } = draft;
  const issues = issuesOf(draft);
  const kept = row?.secrets ?? [];
  const issue = (path: string): string | undefined => {
    if (!tried || ![...issues].some((each) => each === path || each.startsWith(`${path}.`))) return undefined;
    return t('destinations.notRight');
  };
  const onSecret = (name: string, value: string | undefined): void => {
    setDraft((now) => {
      const { [name]: _before, ...others } = now.secrets;
      return { ...now, secrets: value === undefined ? others : { ...others, [name]: value } };
    });
  };
  const change = (changed: RemoteSettings): void => {
    setDraft((now) => ({ ...now, settings: changed }));
    setTest(null);
  };

  const tryOut = async (tested: RemoteSettings): Promise<void> => {
    setTried(true);
    if ([...issues].some((path) => path !== 'name' && !path.startsWith('policy'))) return;
    setTesting(true);
    setTestError(null);
    try {
      setTest(
        await ask('remotes.test', { settings: tested, secrets: { ...secrets }, ...(row && { remote: row.remote }) }),
      );
    } catch (thrown) {
      setTestError(asFieldboxError(thrown));
    } finally {
      setTesting(false);
    }
  };
  const accept = (certificate: string | null): void => {
    const changed = withCertificate(settings, certificate);
    change(changed);
    if (certificate !== null) void tryOut(changed);
  };
  const save = async (): Promise<void> => {
    setTried(true);
    if (issues.size > 0) {
      say({ tone: 'warning', text: t('destinations.fillIn') });
      return;
    }
    setBusy(true);
    try {
      await ask('remotes.save', {
        name: draft.name,
        settings,
        policy: draft.policy,
        secrets: { ...secrets },
        ...(row && { remote: row.remote }),
      });
      say({ tone: 'success', text: t('destinations.saved', { name: isolate(draft.name) }) });
      if (isHere.current) back();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  const certificate = certificateOf(settings) ?? null;
  const wantsSecrets = settings.kind !== 'folder' && settings.kind !== 'dimse' && settings.kind !== 'courier';
  return (
    <Page
      title={row ? t('destinations.changeTitle', { name: isolate(row.name) }) : t('destinations.add')}
      shape="narrow"
      actions={
        <Button icon={ArrowLeft} onPress={back}>
          {t('destinations.back')}
        </Button>
      }
    >
      {row ? null : (
        <Card title={t('destinations.what')}>
          <Choices
            label={t('destinations.what')}
            hideLabel
            cards
            options={kindOrder.map((kind) => ({
              id: kind,
              label: t(`destinations.kind.${kind}`),
              hint: t(`destinations.kindHint.${kind}`),
              icon: kindIcons[kind],
            }))}
            value={settings.kind}
            onChange={(kind) => {
              setDraft({ ...newDraft(kind), name: draft.name, policy: draft.policy });
              setTest(null);
              setTried(false);
            }}
          />
        </Card>
      )}
      <Card title={t('destinations.how')}>
        <TextField
          label={t('destinations.name')}
          hint={t('destinations.nameHint')}
          value={draft.name}
          onChange={(name) => setDraft({ ...draft, name })}
          error={issue('name')}
          required
          maxLength={64}
        />
        {wantsSecrets && !list.secretsProtected ? (
          <Note tone="warning">
            <p>{t('destinations.unprotected')}</p>
          </Note>
        ) : null}
        <SettingsForm
          settings={settings}
          onChange={change}
          secrets={secrets}
          onSecret={onSecret}
          kept={kept}
          issue={issue}
        />
        {certificate === null ? null : (
          <Note tone="info">
            <p>{t('destinations.certificateKept')}</p>
            <p className={cx(styles.mono)}>{inGroups(certificate)}</p>
            <div>
              <Button icon={X} onPress={() => accept(null)}>
                {t('destinations.certificateForget')}
              </Button>
            </div>
          </Note>
        )}
      </Card>
      <Card title={t('destinations.test')}>
        <p>{t('destinations.testHint')}</p>
        <Row>
          <Button icon={PlugZap} busy={testing} onPress={() => void tryOut(settings)}>
            {testing ? t('destinations.testing') : t('destinations.testNow')}
          </Button>
        </Row>
        {testError ? <ErrorNote error={testError} /> : null}
        {test && !testing ? <TestSteps test={test} onAccept={accept} /> : null}
      </Card>
      <Card title={t('destinations.when')}>
        <PolicyFields policy={draft.policy} onChange={(policy) => setDraft({ ...draft, policy })} issue={issue} />
      </Card>
      <Row>
        <Button look="primary" large icon={Save} busy={busy} onPress={() => void save()}>
          {t('common.save')}
        </Button>
        <Button large icon={X} onPress={back}>
          {t('common.cancel')}
        </Button>
      </Row>
    </Page>
  );
}
