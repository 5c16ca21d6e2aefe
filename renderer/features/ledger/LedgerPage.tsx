import { FileDown, ScrollText, Send, UserRound, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ItemState } from '@shared/contract/sync';
import type { RemoteKey } from '@shared/model/ids';
import type { PatientRow } from '@shared/model/rows';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, showNumber, today } from '../../app/format';
import { useOutboxQuery } from '../../app/outbox';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Checkbox, Select } from '../../components/Choice';
import { Empty, ErrorNote, Note, Page } from '../../components/Surface';
import { ItemLines } from '../outbox/ItemLines';
import { PatientPicker } from '../patients/PatientPicker';
import { Pager } from '../sending/Pager';
import styles from '../sending/Sending.module.css';

const PAGE = 100;
const ALL = 'all';

/** The delivery ledger: for each image and destination what is proven, how and when. */
export function LedgerPage() {
  const { t } = useTranslation();
  const [remote, setRemote] = useState<RemoteKey | typeof ALL>(ALL);
  const [state, setState] = useState<ItemState | typeof ALL>('proven');
  const [patient, setPatient] = useState<PatientRow | null>(null);
  const [picking, setPicking] = useState(false);
  const [offset, setOffset] = useState(0);
  const [outdated, setOutdated] = useState(false);
  const maySend = useMay('outbox.correct');
  const filter = {
    ...(remote !== ALL && { remote }),
    ...(outdated ? { outdated } : state !== ALL && { states: [state] }),
    ...(patient && { patient: patient.patient }),
  };
  const remotes = useOutboxQuery('remotes.list', {});
  const wanted = useQuery('archive.settings', {});
  const list = useOutboxQuery('ledger.list', { ...filter, limit: PAGE, offset });
  const narrow = (change: () => void): void => {
    change();
    setOffset(0);
  };
  const saveTable = async (): Promise<void> => {
    try {
      const { path } = await ask('dialog.saveFile', { suggestedName: `fieldbox-ledger-${today()}.csv` });
      if (path === null) return;
      const { lines } = await ask('ledger.export', { ...filter, path });
      say({ tone: 'success', text: t('ledger.written', { count: lines, shown: showNumber(lines) }) });
    } catch (thrown) {
      sayError(thrown);
    }
  };
  const correct = async (): Promise<void> => {
    const concerned = new Set((list.data?.rows ?? []).map((row) => row.remote));
    try {
      for (const each of remote === ALL ? concerned : [remote]) {
        const { images } = await ask('outbox.correct', {
          remote: each,
          ...(patient && { patient: patient.patient }),
        });
        say({ tone: 'success', text: t('ledger.corrected', { count: images, shown: showNumber(images) }) });
      }
    } catch (thrown) {
      sayError(thrown);
    } finally {
      list.reload();
    }
  };
  return (
    <Page
      title={t('ledger.title')}
      subtitle={t('ledger.subtitle')}
      actions={
        <Button icon={FileDown} isDisabled={!list.data?.total} onPress={() => void saveTable()}>
          {t('ledger.csv')}
        </Button>
      }
    >
      <section className={cx(styles.filters)} aria-label={t('images.filter')}>
        <Select
          label={t('sending.destination')}
          options={[
            { id: ALL, label: t('sending.all') },
            ...(remotes.data?.rows ?? []).map((row) => ({ id: row.remote, label: row.name })),
          ]}
          value={remote}
          onChange={(id) => narrow(() => setRemote(id))}
        />
        <Select
          label={t('sending.state')}
          options={[
            { id: ALL, label: t('sending.all') },
            ...ItemState.options.filter((id) => id !== 'sending').map((id) => ({ id, label: t(`outbox.state.${id}`) })),
          ]}
          value={state}
          onChange={(id) => narrow(() => setState(id))}
        />
        {patient ? (
          <Button icon={X} aria-label={t('ledger.allPatients')} onPress={() => narrow(() => setPatient(null))}>
            {personName(patient.PatientName)}
          </Button>
        ) : (
          <Button icon={UserRound} onPress={() => setPicking(true)}>
            {t('ledger.onePatient')}
          </Button>
        )}
      </section>
      <Checkbox checked={outdated} onChange={(on) => narrow(() => setOutdated(on))}>
        {t('ledger.onlyOlder')}
      </Checkbox>
      {outdated && maySend && list.data !== null && list.data.total > 0 ? (
        <Note tone="warning">
          <p>{t('ledger.olderHint')}</p>
          <Button icon={Send} onPress={() => void correct()}>
            {t('ledger.correct')}
          </Button>
        </Note>
      ) : null}
      {list.error ? <ErrorNote error={list.error} onRetry={list.reload} /> : null}
      {wanted.error ? <ErrorNote error={wanted.error} onRetry={wanted.reload} /> : null}
      {wanted.data ? (
        <p className={cx(styles.soft)}>
          {t('ledger.rule', { count: wanted.data.proofsWanted, shown: showNumber(wanted.data.proofsWanted) })}
        </p>
      ) : null}
      {list.data && list.data.rows.length > 0 ? (
        <ItemLines rows={list.data.rows} withRemote wanted={wanted.data?.proofsWanted ?? null} />
      ) : null}
      {list.data?.total === 0 ? (
        <Empty icon={ScrollText} title={t('ledger.empty')}>
          {t('ledger.emptyHint')}
        </Empty>
      ) : null}
      {list.data ? <Pager offset={offset} limit={PAGE} total={list.data.total} onOffset={setOffset} /> : null}
      <PatientPicker
        title={t('ledger.onePatient')}
        open={picking}
        onClose={() => setPicking(false)}
        onPick={(row) => {
          setPicking(false);
          narrow(() => setPatient(row));
        }}
      />
    </Page>
  );
}
