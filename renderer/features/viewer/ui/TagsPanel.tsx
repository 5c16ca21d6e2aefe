import { useVirtualizer } from '@tanstack/react-virtual';
import { Copy, Download, History, Pencil, X } from 'lucide-react';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Input, Label, SearchField } from 'react-aria-components';
import type { TagRow } from '@shared/contract/catalog';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { asFieldboxError, errorSentence } from '@shared/errors';
import { useNameOf } from '../../../app/access';
import { ask } from '../../../app/api';
import { isolate, showInstant } from '../../../app/format';
import { currentLanguage } from '../../../app/i18n';
import { useDebounced, useQuery } from '../../../app/useQuery';
import { ChangeValue } from '../../identity/ChangeValue';
import { isChangeable } from '../../identity/tagPaths';
import { ImageProofs } from '../../ledger/ImageProofs';
import { VersionsDialog } from '../../identity/VersionsDialog';
import { printedTag, searchTags } from '../data/tagSearch';
import { useParts, useViewer } from './context';
import { showCount, showValue } from './numbers';
import { useSay } from './words';
import styles from './tags.module.css';

const NO_ROWS: readonly TagRow[] = [];

/** All attributes of the shown image, searchable. */
export function TagsPanel(): ReactElement | null {
  const { say, language } = useSay();
  const { store } = useParts();
  const image = useDebounced<ImageId | null>(
    useViewer((state) => state.shown?.place.row.image ?? null),
    150,
  );
  const tags = useQuery('catalog.tags', image ? { image } : null);
  const [typed, setTyped] = useState('');
  const all = tags.loading ? NO_ROWS : (tags.data?.rows ?? NO_ROWS);
  const rows = useMemo(() => searchTags(all, typed), [all, typed]);
  return (
    <section className={styles['panel']} aria-label={say('tags.title')} data-own-keys="">
      <header className={styles['head']}>
        <h2>{say('tags.title')}</h2>
        <span className={styles['spring']} />
        <VersionsButton />
        {image ? <SaveCopy key={image} image={image} /> : null}
        <Button
          className={styles['icon'] ?? ''}
          aria-label={say('tags.close')}
          onPress={() => {
            store.getState().toggle('tagsOpen');
          }}
        >
          <X aria-hidden="true" />
        </Button>
      </header>
      <Stored />
      {image ? <ImageProofs key={image} image={image} /> : null}
      {image ? <Pixels key={`pixels ${image}`} image={image} /> : null}
      <SearchField className={styles['search'] ?? ''} value={typed} onChange={setTyped}>
        <Label className="visually-hidden">{say('tags.search')}</Label>
        <Input className={styles['input'] ?? ''} placeholder={say('tags.searchHint')} />
      </SearchField>
      <p className={styles['status']} role="status">
        {statusText()}
      </p>
      <TagList key={image} rows={rows} />
    </section>
  );

  function statusText(): string {
    if (tags.loading) return say('tags.loading');
    if (tags.error) return errorSentence(tags.error.code, tags.error.details, currentLanguage());
    if (rows.length === 0) return say('tags.none');
    // i18next picks the plural by `count` and writes `shown` into it.
    return say('tags.count', { count: rows.length, shown: showCount(rows.length, language) });
  }
}

/** When the shown image came into the archive, and through whom. */
function Stored(): ReactElement | null {
  const { say } = useSay();
  const row = useShownRow();
  const name = useNameOf(row?.storedBy ?? null);
  if (!row) return null;
  const when = showInstant(row.storedAt);
  return (
    <p className={styles['status']}>
      {name === '' ? say('tags.stored', { when }) : say('tags.storedBy', { when, name: isolate(name) })}
    </p>
  );
}

/** The image on the screen. */
function useShownRow(): ImageRow | null {
  return useViewer((state) => state.shown?.place.row ?? null);
}

function VersionsButton(): ReactElement {
  const { t } = useTranslation();
  const row = useShownRow();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button className={styles['versions'] ?? ''} onPress={() => setOpen(true)} isDisabled={row === null}>
        <History aria-hidden="true" />
        {t('identity.versions.button')}
      </Button>
      {open && row ? <VersionsDialog row={row} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** What the pixels are like, in one line; images without pixels have none. */
function Pixels({ image }: { readonly image: ImageId }): ReactElement | null {
  const { say, language } = useSay();
  const { data } = useQuery('images.information', { image });
  if (!data) return null;
  const facts = [
    say('tags.pixels', {
      width: showCount(data.columns, language),
      height: showCount(data.rows, language),
      bits: showCount(data.bitsStored, language),
      kind: data.photometricInterpretation,
    }),
    ...(data.minimum === null || data.maximum === null || data.colour
      ? []
      : [say('tags.range', { low: showValue(data.minimum, language), high: showValue(data.maximum, language) })]),
  ];
  return <p className={styles['status']}>{`${facts.join(', ')} ${data.unit}`.trim()}</p>;
}

/** Saves the stored file as it is, where the person says. */
function SaveCopy({ image }: { readonly image: ImageId }): ReactElement {
  const { say } = useSay();
  const row = useShownRow();
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    const uid = row?.image === image && row.SOPInstanceUID !== '' ? row.SOPInstanceUID : image.slice(0, 16);
    const { path } = await ask('dialog.saveFile', { suggestedName: `${uid}.dcm` });
    if (path === null) return;
    await ask('images.saveCopy', { image, target: path, overwrite: true });
    setSaid(say('tags.saved'));
  };
  const start = (): void => {
    setBusy(true);
    setSaid('');
    save()
      .catch((thrown: unknown) => {
        const { code, details } = asFieldboxError(thrown);
        setSaid(say('tags.notSaved', { reason: errorSentence(code, details, currentLanguage()) }));
      })
      .finally(() => setBusy(false));
  };
  return (
    <>
      <span role="status" className={styles['said']}>
        {said}
      </span>
      <Button className={styles['save'] ?? ''} onPress={start} isDisabled={busy}>
        <Download aria-hidden="true" />
        {say('tags.save')}
      </Button>
    </>
  );
}

function TagList({ rows }: { readonly rows: readonly TagRow[] }): ReactElement {
  const { say } = useSay();
  const scroller = useRef<HTMLDivElement>(null);
  const [copied, setCopied] = useState('');
  const shown = useShownRow();
  const [changing, setChanging] = useState<TagRow | null>(null);
  // The list is measured as it is scrolled: values wrap, so rows differ in height.
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers are read anew at every drawing, nothing is kept
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 64,
    overscan: 12,
  });
  const copy = (row: TagRow): void => {
    navigator.clipboard.writeText(row.value).then(
      () => {
        setCopied(say('tags.copied'));
      },
      () => {
        setCopied(say('tags.notCopied'));
      },
    );
  };
  return (
    <>
      <div ref={scroller} className={styles['list']} tabIndex={0} role="group" aria-label={say('tags.list')}>
        <ul style={{ blockSize: list.getTotalSize(), position: 'relative' }}>
          {list.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li
                key={`${row.path}#${item.index}`}
                ref={list.measureElement}
                data-index={item.index}
                className={styles['row']}
                style={{
                  transform: `translateY(${item.start}px)`,
                  paddingInlineStart: 16 + Math.min(row.depth, 8) * 16,
                }}
              >
                <TagLines row={row} copy={copy} change={setChanging} />
              </li>
            );
          })}
        </ul>
      </div>
      <p className={styles['copied']} role="status">
        {copied}
      </p>
      {changing && shown ? <ChangeValue row={shown} tag={changing} onClose={() => setChanging(null)} /> : null}
    </>
  );
}

interface TagLinesProps {
  readonly row: TagRow;
  readonly copy: (row: TagRow) => void;
  readonly change: (row: TagRow) => void;
}

function TagLines({ row, copy, change }: TagLinesProps): ReactElement {
  const { say, language } = useSay();
  const { t } = useTranslation();
  const name = row.name || row.keyword || printedTag(row.tag);
  return (
    <>
      <div className={styles['text']}>
        <p className={styles['name']}>
          <bdi>{name}</bdi>
          <span className={styles['tag']} dir="ltr">
            {printedTag(row.tag)} {row.vr}
          </span>
        </p>
        <p className={styles['value']} dir="auto">
          {row.value === '' && row.length > 0
            ? say('tags.bytes', { size: showCount(row.length, language) })
            : row.value}
        </p>
      </div>
      {isChangeable(row) ? (
        <Button
          className={styles['icon'] ?? ''}
          aria-label={t('identity.edit.button', { name })}
          onPress={() => {
            change(row);
          }}
        >
          <Pencil aria-hidden="true" />
        </Button>
      ) : null}
      {row.value === '' ? (
        <span className={styles['icon']} aria-hidden="true" />
      ) : (
        <Button
          className={styles['icon'] ?? ''}
          aria-label={say('tags.copy', { name })}
          onPress={() => {
            copy(row);
          }}
        >
          <Copy aria-hidden="true" />
        </Button>
      )}
    </>
  );
}
