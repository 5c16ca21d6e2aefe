import type { TFunction } from 'i18next';
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { RemoteTest, TestStep } from '@shared/contract/sync';
import { cx } from '../../app/cx';
import { listWords } from '../../app/format';
import { Note } from '../../components/Surface';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';
import { OfferedCertificate } from './OfferedCertificate';

const icons = { passed: CircleCheck, failed: CircleX, skipped: CircleDashed } as const;

interface Props {
  readonly test: RemoteTest;
  /** A person knows the certificate that was shown and says so. */
  readonly onAccept: (certificate: string) => void;
}

/** What trying out a destination found, step by step, and what it can prove. */
export function TestSteps({ test, onAccept }: Props) {
  const { t } = useTranslation();
  const { steps, proofs, offeredCertificate, warnings } = test;
  const works = steps.every(({ step, outcome }) => step === 'prove' || outcome !== 'failed');
  return (
    <div className={cx(styles.list)} role="status">
      <ol className={cx(styles.steps)}>
        {steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      {offeredCertificate === null ? null : (
        <OfferedCertificate
          fingerprint={offeredCertificate}
          accept={t('destinations.certificateAccept')}
          onAccept={() => onAccept(offeredCertificate)}
        />
      )}
      {warnings.map((code) => (
        <Note key={code} tone="warning">
          <p>{warningWords(t, code)}</p>
        </Note>
      ))}
      {works ? (
        <Note tone={proofs.length > 0 ? 'success' : 'warning'}>
          <p>
            {proofs.length > 0
              ? t('destinations.willProve', { how: listWords(proofs.map((kind) => t(`destinations.proof.${kind}`))) })
              : t('destinations.willNotProve')}
          </p>
        </Note>
      ) : null}
    </div>
  );
}

/** Kinds of warnings that destinations give; others are codes of the catalogue of errors. */
const warningCodes = [
  'pictures-only',
  'asks-who',
  'late-headshot',
  'xray-without-clinic',
  'password-in-clear',
  'no-results-named',
  'wrong-shard',
  'statusOnly',
] as const;

function warningWords(t: TFunction, code: string): string {
  const known = warningCodes.find((each) => each === code);
  return known === undefined ? faultWords({ code, details: {} }) : t(`destinations.warning.${known}`);
}

function Step({ step: { step, outcome, fault, found } }: { readonly step: TestStep }) {
  const { t } = useTranslation();
  const Icon = icons[outcome];
  return (
    <li className={cx(styles.step)} data-outcome={outcome}>
      <Icon aria-hidden size={24} />
      <span className={cx(styles.grow)}>
        <span>
          <strong>{t(`destinations.step.${step}`)}</strong>: {t(`destinations.outcome.${outcome}`)}
        </span>
        {found === '' ? null : (
          <span className={cx(styles.soft)}>
            <bdi>{found}</bdi>
          </span>
        )}
        {fault ? <span className={cx(styles.bad)}>{faultWords(fault)}</span> : null}
      </span>
    </li>
  );
}
