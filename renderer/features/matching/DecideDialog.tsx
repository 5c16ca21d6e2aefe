import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatchRow } from '@shared/contract/matching';
import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import type { RemotePatient } from '@shared/model/remotes/matching';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, personName, showNumber } from '../../app/format';
import { say } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote, Note } from '../../components/Surface';
import identity from '../identity/Identity.module.css';
import styles from './Matching.module.css';
import { contradictions, traitsHere, traitsThere } from './words';

/** An answer that a person is about to give; `ask`: the one before is taken back. */
export type Answer =
  { readonly choice: 'this'; readonly person: RemotePatient } | { readonly choice: 'new' | 'none' | 'ask' };

interface Props {
  readonly row: MatchRow;
  readonly answer: Answer;
  readonly onClose: () => void;
  readonly onDecided: () => void;
}

/** Says what follows from an answer before it is given. */
export function DecideDialog({ row, answer, onClose, onDecided }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<FieldboxError | null>(null);
  const { choice } = answer;
  const names = { name: isolate(personName(row.PatientName)), remote: isolate(row.remoteName) };
  const images = { count: row.images, shown: showNumber(row.images) };
  const decide = async (): Promise<void> => {
    setBusy(true);
    try {
      const { items } = await ask('matching.decide', {
        remote: row.remote,
        patient: row.patient,
        choice,
        ...(answer.choice === 'this' && { remotePatient: answer.person.id }),
      });
      const go = items > 0 ? t('matching.goOn', { count: items, shown: showNumber(items) }) : '';
      say({ tone: 'success', text: [t(`matching.done.${choice}`, names), go].filter(Boolean).join(' ') });
      onClose();
      onDecided();
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t(`matching.confirm.${choice}`, names)} open onClose={onClose} wide={choice === 'this'}>
      <div className={cx(styles.confirm)}>
        {answer.choice === 'this' ? <Compared row={row} person={answer.person} /> : null}
        {row.images > 0 && choice !== 'ask' ? <p>{t(`matching.waits.${choice}`, { ...images, ...names })}</p> : null}
        <p>{t(`matching.follows.${choice}`, names)}</p>
        {choice === 'ask' ? null : <p>{t('matching.kept')}</p>}
        {error ? <ErrorNote error={error} /> : null}
      </div>
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button look={choice === 'none' ? 'danger' : 'primary'} busy={busy} onPress={() => void decide()}>
          {t(`matching.do.${choice}`)}
        </Button>
      </Actions>
    </Dialog>
  );
}

/** The two side by side; what speaks against it is said. */
function Compared({ row, person }: { readonly row: MatchRow; readonly person: RemotePatient }) {
  const { t } = useTranslation();
  const [here, there] = [traitsHere(row), traitsThere(person)];
  const against = contradictions(row, person);
  return (
    <>
      <table className={cx(identity.comparison)}>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t('identity.merge.what')}</span>
            </th>
            <th scope="col">{t('matching.here')}</th>
            <th scope="col">
              <bdi>{row.remoteName}</bdi>
            </th>
          </tr>
        </thead>
        <tbody>
          {(['name', 'number', 'birth', 'sex'] as const).map((trait) => (
            <tr key={trait} data-differs={here[trait] !== there[trait]}>
              <th scope="row">{t(`identity.merge.${trait}`)}</th>
              <td>
                <bdi>{here[trait]}</bdi>
              </td>
              <td>
                <bdi>{there[trait]}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {against === '' ? null : (
        <Note tone="warning">
          <p>{t('matching.differs', { what: against })}</p>
        </Note>
      )}
      {person.warnings.map((warning) => (
        <Note key={warning} tone="warning">
          <p>{t(`matching.warning.${warning}`)}</p>
        </Note>
      ))}
    </>
  );
}
