import type { RemoteTest, TestStep } from '@shared/contract/sync';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { ProofKind } from '@shared/model/remotes/access';
import { AssociationError } from '../../../network/association';
import { Services } from '../../../network/uids';
import { shownCertificate } from '../../http/client';
import type { Trouble } from '../remote';
import { type Associate, plain } from './associating';
import { troubleOfAssociation } from './trouble';

type StepName = TestStep['step'];

/** C-ECHO on an association of its own; null when the peer answered. */
export async function echoed(associate: Associate, signal: AbortSignal): Promise<Trouble | null> {
  try {
    const user = await associate([plain(1, Services.Verification)], signal);
    // A peer that stores and refuses verification is reached all the same.
    if (user.association.contextFor(Services.Verification)) await user.echo();
    await user.association.release();
    return null;
  } catch (error) {
    if (!(error instanceof AssociationError)) throw error;
    return troubleOfAssociation(error);
  }
}

/** Tries a destination out step by step: reach, with TLS whom it is, C-ECHO, and whether it answers questions. */
export async function triedOut(
  settings: SettingsOf<'dimse'>,
  proofs: readonly ProofKind[],
  associate: Associate,
  signal: AbortSignal,
): Promise<RemoteTest> {
  const trouble = await echoed(associate, signal);
  const finds = trouble === null && (await takesQuestions(associate, signal));
  const order: readonly StepName[] = settings.tls ? ['reach', 'trust', 'echo'] : ['reach', 'echo'];
  const failedAt = trouble === null ? order.length : order.indexOf(stepOf(trouble, settings.tls));
  const fault = trouble === null ? null : { code: trouble.code, details: { ...trouble.details } };
  const steps = order.map((step, at): TestStep => ({
    step,
    outcome: at < failedAt ? 'passed' : at === failedAt ? 'failed' : 'skipped',
    fault: at === failedAt ? fault : null,
    found: step === 'echo' ? 'C-ECHO' : '',
  }));
  const prove: TestStep = {
    step: 'prove',
    outcome: trouble !== null ? 'skipped' : finds ? 'passed' : 'failed',
    fault: null,
    found: 'C-FIND',
  };
  return {
    steps: [...steps, prove],
    proofs: finds ? [...proofs] : [],
    offeredCertificate: await offeredCertificate(settings, trouble),
    warnings: [],
  };
}

/** The certificate nobody vouches for, if that is what is wrong. */
async function offeredCertificate(
  { tls, host, port }: SettingsOf<'dimse'>,
  trouble: Trouble | null,
): Promise<string | null> {
  if (!tls || trouble?.code !== 'REMOTE_CERTIFICATE') return null;
  return (await shownCertificate(host, port))?.fingerprint ?? null;
}

function stepOf({ code }: Trouble, tls: boolean): StepName {
  if (code === 'REMOTE_CERTIFICATE') return tls ? 'trust' : 'reach';
  return code === 'REMOTE_AE_TITLE' || code === 'REMOTE_LOGIN' ? 'echo' : 'reach';
}

async function takesQuestions(associate: Associate, signal: AbortSignal): Promise<boolean> {
  try {
    const user = await associate([plain(1, Services.StudyRootFind)], signal);
    const can = user.association.contextFor(Services.StudyRootFind) !== undefined;
    await user.association.release();
    return can;
  } catch (error) {
    if (!(error instanceof AssociationError)) throw error;
    return false;
  }
}
