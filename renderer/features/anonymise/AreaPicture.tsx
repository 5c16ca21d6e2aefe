import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import type { Area } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { ErrorNote } from '../../components/Surface';
import { fetchFrame } from '../viewer/data/frameLoader';
import { rasterSize, rowPainter, stepFor } from '../viewer/math/raster';
import { defaultVoi } from '../viewer/math/voi';
import { areaBetween } from './areas';
import styles from './Anonymise.module.css';

/** Larger pictures are drawn with fewer points; areas are in points of the picture all the same. */
const MOST_PIXELS = 2_000_000;
/** So much of the window's height the picture takes. */
const HIGHEST = '42vh';

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface PictureProps {
  /** Null when the archive has no picture of the device: the areas are shown on an empty one. */
  readonly image: ImageId | null;
  readonly size: Size;
  readonly areas: readonly Area[];
  readonly onDraw: (area: Area) => void;
}

/** A picture with its areas, over which more are drawn. */
export function AreaPicture({ image, size, areas, onDraw }: PictureProps) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const [drawing, setDrawing] = useState<{ readonly from: Point; readonly to: Point } | null>(null);
  useEffect(() => {
    if (image === null) return;
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
