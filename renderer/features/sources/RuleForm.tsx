import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForwardRuleRow } from '@shared/contract/sources';
import type { RemoteRow } from '@shared/contract/sync';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import { AnonymisationProfile, AnonymisationWay } from '@shared/model/anonymisation';
import type { RemoteKey } from '@shared/model/ids';
import { SourceType } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Select, Switch } from '../../components/Choice';
import { Actions } from '../../components/Dialog';
import { ErrorNote, Note } from '../../components/Surface';
import { ProfileChoice } from '../anonymise/ProfileChoice';
import styles from './Sources.module.css';
import { sourceLabel } from './sourceLabel';

const ANY = 'any';
/** How urgent a rule is, as the outbox counts it. */
const priorities = { first: 5, usual: 0, last: -5 } as const;
type Urgency = keyof typeof priorities;
const urgencies: readonly Urgency[] = ['first', 'usual', 'last'];

interface Props {
  readonly remotes: readonly RemoteRow[];
  /** The rule that is changed; without it a new one is made. */
  readonly rule: ForwardRuleRow | null;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** What a rule takes, where it sends that, and how. Source and destination of a rule stay what they are. */
export function RuleForm({ remotes, rule, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  const [from, setFrom] = useState<string>(ANY);
  const [to, setTo] = useState<RemoteKey | null>(rule?.remote ?? remotes[0]?.remote ?? null);
  const [keepWanted, setKeepWanted] = useState(rule?.keepImages ?? true);
  const [way, setWay] = useState(rule?.anonymise ?? null);
  const [corrections, setCorrections] = useState(rule?.corrections ?? true);
  const [urgency, setUrgency] = useState<Urgency>(urgencyOf(rule?.priority ?? 0));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<FieldboxError | null>(null);
  const sources = useSourceChoices(t, remotes);
  const provable = remotes.some(({ remote, proofs }) => remote === to && proofs.length > 0);
  const mayGo = provable && way === null;
  const save = async (): Promise<void> => {
    if (to === null) return;
    const before = rule?.priority ?? 0;
    const priority = urgency === urgencyOf(before) ? before : priorities[urgency];
    const manner = { keepImages: keepWanted || !mayGo, anonymise: way, priority, corrections };
    if (rule) await ask('forward.changeRule', { rule: rule.rule, active: rule.active, ...manner });
    else await ask('forward.addRule', { ...sourceOf(from), remote: to, ...manner });
  };
  const submit = (): void => {
    setBusy(true);
    setError(null);
    save()
      .then(onDone, (thrown: unknown) => setError(asFieldboxError(thrown)))
      .finally(() => setBusy(false));
  };
  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== null && !busy) submit();
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      {rule ? null : (
        <>
          <Select label={t('forwarding.from')} options={sources} value={from} onChange={setFrom} />
          <Select
            label={t('forwarding.to')}
            options={remotes.map((row) => ({ id: row.remote, label: row.name }))}
            value={to}
            onChange={setTo}
          />
        </>
      )}
      <Select
        label={t('forwarding.order')}
        options={urgencies.map((id) => ({ id, label: t(`forwarding.priority.${id}`) }))}
        value={urgency}
        onChange={setUrgency}
      />
      <Switch checked={way !== null} onChange={(on) => setWay(on ? AnonymisationWay.parse({}) : null)}>
        {t('forwarding.anonymise')}
      </Switch>
      {way === null ? null : (
        <ProfileChoice
          profile={AnonymisationProfile.parse(way.profile)}
          onChange={(profile) => setWay({ ...way, profile })}
        />
      )}
      {way === null ? (
        <>
          <Switch checked={corrections} onChange={setCorrections}>
            {t('forwarding.corrections')}
          </Switch>
          <p className={cx(styles.soft)}>{t('forwarding.correctionsHint')}</p>
        </>
      ) : null}
      {mayGo ? (
        <Switch checked={keepWanted} onChange={setKeepWanted}>
          {t('forwarding.keepImages')}
        </Switch>
      ) : (
        <Note tone="info">
          <p>{t(way === null ? 'forwarding.noProof' : 'forwarding.anonymisedStay')}</p>
        </Note>
      )}
      {mayGo && !keepWanted ? (
        <Note tone="warning">
          <p>{t('forwarding.go')}</p>
        </Note>
      ) : null}
      <Actions>
        <Button onPress={onCancel}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy} isDisabled={to === null}>
          {t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}

function urgencyOf(priority: number): Urgency {
  return priority > 0 ? 'first' : priority < 0 ? 'last' : 'usual';
}

/** Kinds of sources, and those that have a name: watched folders, boxes, and machines on the cable. */
function useSourceChoices(t: TFunction, remotes: readonly RemoteRow[]) {
  const { data } = useQuery('watch.list', {});
  const machines = remotes.flatMap(({ name, settings }): { readonly source: SourceType; readonly ref: string }[] => {
    if (settings.kind === 'slicebox') return [{ source: 'box', ref: name }];
    return settings.kind === 'dimse' ? [{ source: 'scp', ref: settings.calledAETitle }] : [];
  });
  return [
    { id: ANY, label: t('forwarding.any') },
    ...SourceType.options.map((type) => ({ id: type, label: t(`source.${type}`) })),
    ...(data?.rows ?? []).map(({ watch, name }) => ({ id: `watch:${watch}`, label: sourceLabel(t, 'watch', name) })),
    ...machines.map(({ source, ref }) => ({ id: `${source}:${ref}`, label: sourceLabel(t, source, ref) })),
  ];
}

/** A choice as the engine wants it. */
function sourceOf(choice: string) {
  if (choice === ANY) return { source: null, sourceRef: '' };
  const at = choice.indexOf(':');
  return at === -1
    ? { source: SourceType.parse(choice), sourceRef: '' }
    : { source: SourceType.parse(choice.slice(0, at)), sourceRef: choice.slice(at + 1) };
}
