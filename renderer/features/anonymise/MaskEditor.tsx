import { ArrowDownToLine, ArrowUpToLine, ChevronLeft, ChevronRight, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceGroup } from '@shared/contract/anonymisation';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import type { Area } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Button, IconButton } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote, Row } from '../../components/Surface';
import { fetchFrame } from '../viewer/data/frameLoader';
import { rasterSize, rowPainter, stepFor } from '../viewer/math/raster';
import { defaultVoi } from '../viewer/math/voi';
import { areaBetween, strip } from './areas';
import styles from './Anonymise.module.css';

/** Larger pictures are drawn with fewer points; areas are in points of the picture all the same. */
const MOST_PIXELS = 2_000_000;
/** So much of the window's height the picture takes. */
const HIGHEST = '42vh';

interface Props {
  readonly group: DeviceGroup;
  readonly image: ImageId;
  /** Areas that were drawn for this very picture. */
  readonly drawn: readonly Area[] | undefined;
  /** Which of how many pictures it is, counted from 0. */
  readonly at: number;
  readonly count: number;
  readonly onLook: (at: number) => void;
  readonly onClose: () => void;
  /** Areas were kept for the device. */
  readonly onSaved: () => void;
  readonly onDrawn: (areas: readonly Area[]) => void;
}

/** A picture to look at closely, and to draw over what must not be seen. */
export function MaskEditor({ group, image, drawn, at, count, ...on }: Props) {
  const { onLook, onClose, onSaved, onDrawn } = on;
  const { t } = useTranslation();
  const { device, known } = group;
  const [areas, setAreas] = useState<readonly Area[]>(drawn ?? group.areas);
  const [busy, setBusy] = useState(false);
  const size = { width: device.Columns, height: device.Rows };
  const keep = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask('anonymisation.saveMask', { device, areas: [...areas] });
      onSaved();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('anonymise.cover')} open onClose={onClose} wide>
      <p>{known ? t('anonymise.coverHint') : t('anonymise.coverHintOne')}</p>
      <Picture image={image} size={size} areas={areas} onDraw={(area) => setAreas([...areas, area])} />
      <Row>
        {count > 1 ? (
          <>
            <IconButton
              icon={ChevronLeft}
              label={t('anonymise.before')}
              isDisabled={at <= 0}
              onPress={() => onLook(at - 1)}
            />
            <span>{t('anonymise.nth', { at: showNumber(at + 1), of: showNumber(count) })}</span>
            <IconButton
              icon={ChevronRight}
              label={t('anonymise.next')}
              isDisabled={at >= count - 1}
              onPress={() => onLook(at + 1)}
            />
          </>
        ) : null}
        <Button icon={ArrowUpToLine} onPress={() => setAreas([...areas, strip('top', size)])}>
          {t('anonymise.top')}
        </Button>
        <Button icon={ArrowDownToLine} onPress={() => setAreas([...areas, strip('bottom', size)])}>
          {t('anonymise.bottom')}
        </Button>
      </Row>
      <ul className={cx(styles.areas)}>
        {areas.map((area, index) => (
          <li key={`${area.x} ${area.y} ${area.width} ${area.height} ${index}`}>
            <span>
              {t('anonymise.area', {
                number: showNumber(index + 1),
                width: showNumber(area.width),
                height: showNumber(area.height),
              })}
            </span>
            <IconButton
              icon={Trash2}
              label={t('anonymise.removeArea', { number: showNumber(index + 1) })}
              onPress={() => setAreas(areas.filter((_, other) => other !== index))}
            />
          </li>
        ))}
      </ul>
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button look={known ? 'secondary' : 'primary'} onPress={() => onDrawn(areas)}>
          {t('anonymise.onlyThis')}
        </Button>
        {known ? (
          <Button look="primary" busy={busy} onPress={() => void keep()}>
            {t('anonymise.keepForDevice')}
          </Button>
        ) : null}
      </Actions>
    </Dialog>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface PictureProps {
  readonly image: ImageId;
  readonly size: Size;
  readonly areas: readonly Area[];
  readonly onDraw: (area: Area) => void;
}

function Picture({ image, size, areas, onDraw }: PictureProps) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const [drawing, setDrawing] = useState<{ readonly from: Point; readonly to: Point } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    fetchFrame({ image, frame: 0 }, stop.signal).then(
      ({ header, samples }) => {
        const element = canvas.current;
        const context = element?.getContext('2d');
        if (!element || !context) return;
        const step = stepFor(header, MOST_PIXELS);
        const { width, height } = rasterSize(header, step);
        element.width = width;
        element.height = height;
        const pixels = new ImageData(width, height);
        rowPainter(header, samples, defaultVoi(header), false)(new Uint32Array(pixels.data.buffer), step, 0, height);
        context.putImageData(pixels, 0, 0);
      },
      (thrown: unknown) => {
        if (!stop.signal.aborted) setError(asFieldboxError(thrown));
      },
    );
    return () => stop.abort();
  }, [image]);
  const shown = drawing
    ? [...areas, areaBetween(drawing.from, drawing.to, size)].filter((area) => area !== null)
    : areas;
  const place = (event: React.PointerEvent<HTMLDivElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * size.width,
      y: ((event.clientY - box.top) / box.height) * size.height,
    };
  };
  if (error) return <ErrorNote error={error} />;
  return (
    <div className={cx(styles.stage)}>
      <div
        className={cx(styles.picture)}
        dir="ltr"
        role="img"
        aria-label={t('anonymise.pictureLabel', { count: areas.length, shown: showNumber(areas.length) })}
        style={{
          aspectRatio: `${size.width} / ${size.height}`,
          inlineSize: `min(100%, calc(${HIGHEST} * ${size.width / size.height}))`,
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrawing({ from: place(event), to: place(event) });
        }}
        onPointerMove={(event) => {
          if (drawing) setDrawing({ ...drawing, to: place(event) });
        }}
        onPointerUp={(event) => {
          if (!drawing) return;
          const area = areaBetween(drawing.from, place(event), size);
          setDrawing(null);
          if (area) onDraw(area);
        }}
        onPointerCancel={() => setDrawing(null)}
      >
        <canvas ref={canvas} aria-hidden />
        {shown.map((area, index) => (
          <span
            key={index}
            className={cx(styles.mask)}
            style={{
              left: `${(area.x / size.width) * 100}%`,
              top: `${(area.y / size.height) * 100}%`,
              width: `${(area.width / size.width) * 100}%`,
              height: `${(area.height / size.height) * 100}%`,
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}
