import type { PatientKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { noteChange } from '../../app/changes';
import { showNumber, together } from '../../app/format';
import { i18n } from '../../app/i18n';
import { useSession } from '../../app/session';
import { say, sayError } from '../../app/toasts';

/**
 * Attaches files to a patient, one after the other, and tells how it went. When the day's clinic was picked they belong to the
 * visit there. A file that cannot be taken does not keep the others away.
 */
export async function attachFiles(patient: PatientKey, paths: readonly string[]): Promise<void> {
  const clinic = useSession.getState().settings?.clinic ?? null;
  const cases = clinic === null ? [] : [{ kind: 'visit' as const, clinic }];
  let [added, already] = [0, 0];
  for (const path of paths) {
    try {
      const { isNew } = await ask('attachments.add', { patient, file: { path }, cases });
      if (isNew) added += 1;
      else already += 1;
    } catch (thrown) {
      sayError(thrown);
    }
  }
  noteChange();
  const outcome = together(
    added > 0 ? i18n.t('files.added', { count: added, shown: showNumber(added) }) : '',
    already > 0 ? i18n.t('files.already', { count: already, shown: showNumber(already) }) : '',
  );
  if (outcome !== '') say({ tone: added > 0 ? 'success' : 'info', text: outcome });
}
