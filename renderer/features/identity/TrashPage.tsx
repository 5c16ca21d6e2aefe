import { Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrashRow } from '@shared/contract/identity';
import type { ImageId } from '@shared/model/ids';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, showBytes, showInstant, showNumber } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { useDebounced, useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Checkbox } from '../../components/Choice';
import { ChosenBar } from '../../components/SelectionBar';
import { Empty, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { SearchField } from '../../components/TextField';
import { Thumb } from '../../components/Thumb';
import { EraseDialog } from './EraseDialog';
import styles from './Identity.module.css';

const PAGE = 100;
/** So many are shown at most; more are found by searching. */
const MOST_SHOWN = 1000;

/** What was deleted: to be given back, or erased for good. */
export function TrashPage() {
  const { t } = useTranslation();
  const mayErase = useMay('trash.erase');
  const [text, setText] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const [chosen, setChosen] = useState<ReadonlySet<ImageId>>(new Set());
  const [erasing, setErasing] = useState<'chosen' | 'all' | null>(null);
  const searched = useDebounced(text.trim(), 200);
  const list = useQuery('trash.list', { text: searched, limit }, { live: true });
  const rows = list.data?.rows ?? [];
  const images = rows.map((row) => row.image).filter((image) => chosen.has(image));
  const toggle = (image: ImageId): void =>
    setChosen((before) => {
      const now = new Set(before);
      if (!now.delete(image)) now.add(image);
      return now;
    });
  const restore = (): void => {
    ask('trash.restore', { images }).then(({ images: count }) => {
      setChosen(new Set());
      say({ tone: 'success', text: t('identity.restored', { count, shown: showNumber(count) }) });
    }, sayError);
  };
  const total = list.data?.total ?? 0;
  return (
    <Page
      title={t('identity.bin.title')}
      subtitle={
        list.data
          ? t('identity.bin.total', { count: total, shown: showNumber(total), size: showBytes(list.data.bytes) })
          : ' '
      }
      actions={
        mayErase && total > 0 && searched === '' ? (
          <Button look="danger" icon={Trash2} onPress={() => setErasing('all')}>
            {t('identity.bin.emptyAll')}
          </Button>
        ) : undefined
      }
    >
      {mayErase ? null : (
        <Note tone="info">
          <p>{t('identity.bin.mayNot')}</p>
        </Note>
      )}
      {list.error ? <ErrorNote error={list.error} onRetry={list.reload} /> : null}
      <div className={cx(styles.tools)}>
        <SearchField
          label={t('identity.bin.search')}
          placeholder={t('identity.bin.searchHint')}
          value={text}
          onChange={setText}
        />
        {rows.length > 0 ? (
          <Button onPress={() => setChosen(new Set(rows.map((row) => row.image)))}>{t('identity.bin.all')}</Button>
        ) : null}
      </div>
      {list.data && total === 0 ? (
        <Empty icon={Trash2} title={searched === '' ? t('identity.bin.empty') : t('identity.bin.none')}>
          {searched === '' ? t('identity.bin.emptyHint') : null}
        </Empty>
      ) : null}
      <ul className={cx(styles.grid)} aria-label={t('identity.bin.title')}>
        {rows.map((row) => (
          <li key={row.image}>
            <TrashTile row={row} chosen={chosen.has(row.image)} onToggle={() => toggle(row.image)} />
          </li>
        ))}
      </ul>
      {rows.length < total && limit < MOST_SHOWN ? (
        <Row>
          <Button onPress={() => setLimit(Math.min(MOST_SHOWN, limit + PAGE))}>{t('identity.bin.more')}</Button>
        </Row>
      ) : null}
      <ChosenBar count={images.length} onClear={() => setChosen(new Set())}>
        {mayErase ? (
          <Button look="danger" icon={Trash2} onPress={() => setErasing('chosen')}>
            {t('identity.bin.erase')}
          </Button>
        ) : null}
        <Button look="primary" icon={Undo2} onPress={restore}>
          {t('identity.bin.restore')}
        </Button>
      </ChosenBar>
      {erasing ? (
        <EraseDialog
          images={erasing === 'chosen' ? images : null}
          onClose={() => setErasing(null)}
          onDone={() => setChosen(new Set())}
        />
      ) : null}
    </Page>
  );
}

function TrashTile({
  row,
  chosen,
  onToggle,
}: {
  readonly row: TrashRow;
  readonly chosen: boolean;
  readonly onToggle: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.tile)} data-chosen={chosen}>
      <Thumb image={row.hasPixels ? row.image : null} fallback={row.hasPixels ? 'none' : 'document'} />
      <Checkbox checked={chosen} onChange={onToggle}>
        <bdi>{personName(row.PatientName)}</bdi>
      </Checkbox>
      <span className={cx(styles.soft)}>
        <bdi>{row.PatientID}</bdi>
      </span>
      <span className={cx(styles.soft)}>{t('identity.bin.deleted', { date: showInstant(row.trashedAt) })}</span>
      {row.reason === '' ? null : (
        <span className={cx(styles.soft)} dir="auto">
          {row.reason}
        </span>
      )}
    </div>
  );
}
