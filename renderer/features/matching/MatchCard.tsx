import { Check, CircleSlash, Search, TriangleAlert, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MatchRow } from '@shared/contract/matching';
import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import type { RemotePatient } from '@shared/model/remotes/matching';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, listWords, personName, showNumber, together } from '../../app/format';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Badge, Card, ErrorNote, Facts, PersonName } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import lines from '../sending/Sending.module.css';
import { type Answer, DecideDialog } from './DecideDialog';
import styles from './Matching.module.css';
import { traitsHere, traitsThere, whyAsked } from './words';

interface Props {
  readonly row: MatchRow;
  readonly onDecided: () => void;
}

/** One patient whose images wait: our card on one side, who it may be there on the other. Nothing is chosen beforehand. */
export function MatchCard({ row, onDecided }: Props) {
  const { t } = useTranslation();
  const may = useMay('matching.decide');
  const [answer, setAnswer] = useState<Answer | null>(null);
  const here = traitsHere(row);
  const name = isolate(personName(row.PatientName));
  return (
    <Card>
      <div className={cx(lines.head)}>
        <h2>
          <PersonName value={row.PatientName} />
        </h2>
        <Badge tone="warning">{t('matching.waiting', { count: row.images, shown: showNumber(row.images) })}</Badge>
      </div>
      <p>{whyAsked(row)}</p>
      <div className={cx(styles.sides)}>
        <section className={cx(styles.side)} aria-label={`${t('matching.here')}: ${name}`}>
          <h3>{t('matching.here')}</h3>
          <Facts
            rows={(['number', 'birth', 'sex'] as const).map((trait) => [
              t(`identity.merge.${trait}`),
              <bdi key={trait}>{here[trait]}</bdi>,
            ])}
          />
          <div>
            <Button
              aria-label={t('matching.openNamed', { name })}
              onPress={() => navigate({ screen: 'patient', patient: row.patient })}
            >
              {t('matching.open')}
            </Button>
          </div>
        </section>
        <There row={row} onThis={may ? (person) => setAnswer({ choice: 'this', person }) : null} />
      </div>
      <div className={cx(styles.answers)}>
        <Button
          icon={UserPlus}
          isDisabled={!may || row.code === 'MATCH_CANNOT_CREATE'}
          aria-label={t('matching.answerNamed', { what: t('matching.answer.new'), name })}
          onPress={() => setAnswer({ choice: 'new' })}
        >
          {t('matching.answer.new')}
        </Button>
        <Button
          icon={CircleSlash}
          isDisabled={!may}
          aria-label={t('matching.answerNamed', { what: t('matching.answer.none'), name })}
          onPress={() => setAnswer({ choice: 'none' })}
        >
          {t('matching.answer.none')}
        </Button>
      </div>
      {answer ? <DecideDialog row={row} answer={answer} onClose={() => setAnswer(null)} onDecided={onDecided} /> : null}
    </Card>
  );
}

interface ThereProps {
  readonly row: MatchRow;
  /** Null: this person may not answer. */
  readonly onThis: ((person: RemotePatient) => void) | null;
}

/** Who it may be at the remote: as it said when the images were tried, or as it answers to words. */
function There({ row, onThis }: ThereProps) {
  const { t } = useTranslation();
  const may = useMay('matching.search');
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly RemotePatient[] | null>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const people = found ?? row.candidates;
  const search = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setFound((await ask('matching.search', { remote: row.remote, patient: row.patient, text })).candidates);
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const title = t('matching.there', { remote: isolate(row.remoteName) });
  return (
    <section className={cx(styles.side)} aria-label={`${title}: ${personName(row.PatientName)}`}>
      <h3>{title}</h3>
      <p role="status" className={cx(lines.soft)}>
        {busy
          ? t('pacs.asking')
          : people.length > 0
            ? t('matching.proposed', { count: people.length, shown: showNumber(people.length) })
            : found
              ? t('matching.nothing')
              : t('matching.nobodyProposed')}
      </p>
      {people.length > 0 ? (
        <ul className={cx(lines.lines)}>
          {people.map((person) => (
            <li key={person.id} className={cx(lines.line)}>
              <Candidate person={person} onThis={onThis} />
            </li>
          ))}
        </ul>
      ) : null}
      <form
        noValidate
        className={cx(styles.side)}
        onSubmit={(event) => {
          event.preventDefault();
          if (may && !busy) void search();
        }}
      >
        <TextField
          label={t('matching.search')}
          hint={t('matching.searchHint')}
          value={text}
          onChange={setText}
          maxLength={128}
        />
        <div>
          <Button type="submit" icon={Search} busy={busy} isDisabled={!may}>
            {t('pacs.search')}
          </Button>
        </div>
      </form>
      {error ? <ErrorNote error={error} onRetry={() => void search()} /> : null}
    </section>
  );
}

interface CandidateProps {
  readonly person: RemotePatient;
  readonly onThis: ((person: RemotePatient) => void) | null;
}

function Candidate({ person, onThis }: CandidateProps) {
  const { t } = useTranslation();
  const { name, birth, sex } = traitsThere(person);
  return (
    <>
      <span className={cx(lines.grow)}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span>
          {together(
            person.number,
            person.birthDate === '' ? '' : t('matching.born', { date: birth }),
            person.sex === '' ? '' : sex,
          )}
        </span>
        <span className={cx(lines.soft)}>
          {person.reasons.length > 0
            ? t('form.same', { what: listWords(person.reasons.map((reason) => t(`matching.reason.${reason}`))) })
            : t('matching.noReason')}
        </span>
        {person.warnings.map((warning) => (
          <span key={warning}>
            <Badge tone="warning" icon={TriangleAlert}>
              {t(`matching.warning.${warning}`)}
            </Badge>
          </span>
        ))}
      </span>
      <Button
        icon={Check}
        isDisabled={onThis === null}
        aria-label={t('matching.answerNamed', { what: t('matching.answer.this'), name: isolate(name) })}
        onPress={() => onThis?.(person)}
      >
        {t('matching.answer.this')}
      </Button>
    </>
  );
}
