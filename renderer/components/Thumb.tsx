import { FileText, ImageOff, UserRound } from 'lucide-react';
import { useState } from 'react';
import type { ImageRow } from '@shared/model/rows';
import { thumbnailUrl } from '../app/api';
import { cx } from '../app/cx';
import styles from './Thumb.module.css';

interface ThumbProps {
  readonly image: string | null;
  /** What is shown where there is no picture. */
  readonly fallback?: 'document' | 'none' | 'face';
  readonly alt?: string;
}

/** A small picture of an image, loaded when it comes into view; what has no picture gets a sign. */
export function Thumb({ image, fallback = 'none', alt = '' }: ThumbProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const Sign = fallback === 'face' ? UserRound : fallback === 'document' ? FileText : ImageOff;
  return (
    <span className={cx(styles.thumb, fallback === 'face' && styles.face)}>
      {image !== null && failed !== image ? (
        <img
          src={thumbnailUrl(image)}
          alt={alt}
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => setFailed(image)}
        />
      ) : (
        <Sign aria-hidden size="45%" strokeWidth={1.5} />
      )}
    </span>
  );
}

/** The thumbnail of an image row. */
export function ImageThumb({
  row,
  alt = '',
}: {
  readonly row: Pick<ImageRow, 'image' | 'hasPixels' | 'Modality'>;
  readonly alt?: string;
}) {
  return <Thumb image={row.hasPixels ? row.image : null} alt={alt} fallback={row.hasPixels ? 'none' : 'document'} />;
}
