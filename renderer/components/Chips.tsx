import { X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { Button, Tag, TagGroup, TagList } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../app/cx';
import styles from './Chips.module.css';

export interface Chip {
  readonly id: string;
  readonly label: string;
  readonly icon?: LucideIcon;
  /** For technical words, which are read from left to right in every language. */
  readonly technical?: boolean;
}

interface ChipsProps {
  readonly label: string;
  readonly chips: readonly Chip[];
  /** The arrow keys go from chip to chip, Delete takes one away. */
  readonly onRemove?: (id: string) => void;
  /** Beside each other in the room there is; long words are cut. */
  readonly oneLine?: boolean;
}

/** Words on a thing, such as its tags, each of which may be taken away. */
export function Chips({ label, chips, onRemove, oneLine = false }: ChipsProps) {
  const { t } = useTranslation();
  return (
    <TagGroup
      aria-label={label}
      className={cx(styles.group)}
      {...(onRemove && { onRemove: (keys) => [...keys].forEach((key) => onRemove(String(key))) })}
    >
      <TagList items={chips} className={cx(styles.chips, oneLine && styles.oneLine)}>
        {({ id, label: text, icon: Icon, technical = false }) => (
          <Tag id={id} textValue={text} className={cx(styles.chip, onRemove && styles.removable)}>
            {Icon ? <Icon aria-hidden size={16} /> : null}
            <span dir={technical ? 'ltr' : 'auto'}>{text}</span>
            {onRemove ? (
              <Button slot="remove" className={cx(styles.remove)} aria-label={t('common.take', { name: text })}>
                <X aria-hidden size={18} />
              </Button>
            ) : null}
          </Tag>
        )}
      </TagList>
    </TagGroup>
  );
}
