import type { TFunction } from 'i18next';
import { Pencil, Printer, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { EntryRow } from '@shared/contract/forms';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showInstant, together } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { navigate } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Badge, ErrorNote, Row } from '../../components/Surface';
import { RemoveWithReason } from '../findings/RemoveWithReason';
import { EntryLines } from './EntryLines';
import { signatures } from './signatures';
import styles from './Reports.module.css';

/** A report read: in the revision that counts, with earlier ones beneath, and what can be done with it. */
export function ReportDialog({ row, onClose }: { readonly row: EntryRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const all = useQuery('entries.get', { entry: row.entry, language: currentLanguage() });
  const earlier = (all.data?.rows ?? []).filter(({ revision }) => revision < row.revision);
  const change = (): void => navigate({ screen: 'report', series: row.seriesKey, entry: row.entry });
  const unfinished = row.state === 'draft' || row.correcting;
  return (
    <Dialog title={row.formName} open onClose={onClose} wide>
      <Row>
        <span className={cx(styles.soft)}>{about(row, t)}</span>
        {row.state === 'draft' ? <Badge tone="warning">{t('reports.draft')}</Badge> : null}
        {row.correcting ? <Badge tone="warning">{t('reports.correcting')}</Badge> : null}
      </Row>
      <EntryLines lines={row.lines} />
      {all.error ? <ErrorNote error={all.error} /> : null}
      {earlier.length > 0 ? (
        <details>
          <summary>{t('reports.earlier')}</summary>
          {earlier.map((old) => (
            <section key={old.revision}>
              <p className={cx(styles.soft)}>{about(old, t)}</p>
              <EntryLines lines={old.lines} />
            </section>
          ))}
        </details>
      ) : null}
      <Actions>
        {row.state === 'finished' ? (
          <Button look="primary" icon={Printer} onPress={() => navigate({ screen: 'printReport', entry: row.entry })}>
            {t('reports.print')}
          </Button>
        ) : null}
        <Button icon={Pencil} onPress={change}>
          {unfinished ? t('reports.continue') : t('reports.correct')}
        </Button>
        <RemoveWithReason
          icon={Trash2}
          remove={async (reason) => {
            await ask('entries.remove', { entry: row.entry, reason });
            onClose();
          }}
        />
      </Actions>
    </Dialog>
  );
}

function about(row: EntryRow, t: TFunction): string {
  return together(
    ...signatures(row, t),
    t('reports.savedAt', { date: showInstant(row.savedAt) }),
    t('reports.revision', { number: row.revision }),
    t('reports.formVersion', { number: row.formVersion }),
  );
}
