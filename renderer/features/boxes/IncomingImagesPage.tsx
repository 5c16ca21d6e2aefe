import { ArrowLeft, Eye, ImageOff, Images } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncomingImageRow } from '@shared/contract/boxes';
import type { ImageId } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { showInstant, showNumber } from '../../app/format';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { viewImages } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Badge, Empty, ErrorNote, Page } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { Pager } from '../sending/Pager';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';
import { useBoxesQuery } from './useBoxes';

const PAGE = 100;

/** The images of one transaction that came from a box, each with what became of it. */
export function IncomingImagesPage({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const [offset, setOffset] = useState(0);
  const { data, error, reload } = useBoxesQuery('boxes.incomingImages', { id, limit: PAGE, offset });
  const here = (data?.rows ?? []).flatMap(({ image }) => (image === null ? [] : [image]));
  return (
    <Page
      title={t('boxes.imagesTitle')}
      subtitle={data ? t('incoming.received', { count: data.total, shown: showNumber(data.total) }) : ' '}
      actions={
        <>
          {here.length > 0 ? (
            <Button icon={Images} onPress={() => void viewImages(here).catch(sayError)}>
              {t('importing.images')}
            </Button>
          ) : null}
          <Button icon={ArrowLeft} onPress={() => navigate({ screen: 'sending', page: 'boxes' })}>
            {t('boxes.back')}
          </Button>
        </>
      }
    >
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data?.total === 0 ? <Empty icon={ImageOff} title={t('boxes.imagesEmpty')} /> : null}
      {data && data.rows.length > 0 ? (
        <ul className={cx(styles.lines)}>
          {data.rows.map((row) => (
            <ImageLine key={row.sequence} row={row} here={here} />
          ))}
        </ul>
      ) : null}
      <Pager offset={offset} limit={PAGE} total={data?.total ?? 0} onOffset={setOffset} />
    </Page>
  );
}

function ImageLine({ row, here }: { readonly row: IncomingImageRow; readonly here: readonly ImageId[] }) {
  const { t } = useTranslation();
  const { at, fault, image, isNew, restored, sequence } = row;
  const name = t('boxes.image', { number: showNumber(sequence) });
  return (
    <li className={cx(styles.line)}>
      <span className={cx(styles.thumb)}>
        <Thumb image={image} />
      </span>
      <span className={cx(styles.grow)}>
        <strong>{name}</strong>
        <span className={cx(styles.soft)}>{showInstant(at)}</span>
        {fault ? <span className={cx(styles.bad)}>{faultWords(fault)}</span> : null}
      </span>
      <span className={cx(styles.end)}>
        {restored ? <Badge tone="info">{t('boxes.restored')}</Badge> : null}
        {fault ? (
          <Badge tone="warning">{t('boxes.rejected')}</Badge>
        ) : image === null ? (
          <Badge>{t('boxes.gone')}</Badge>
        ) : (
          <Badge {...(isNew && { tone: 'success' })}>{isNew ? t('boxes.isNew') : t('boxes.already')}</Badge>
        )}
        {image === null ? null : (
          <Button
            icon={Eye}
            aria-label={t('images.open', { name })}
            onPress={() => void viewImages(here, image).catch(sayError)}
          >
            {t('importing.view')}
          </Button>
        )}
      </span>
    </li>
  );
}
