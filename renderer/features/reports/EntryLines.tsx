import type { EntryLine } from '@shared/forms/entry';
import { cx } from '../../app/cx';
import styles from './Reports.module.css';

/** A report as people read it: its headings, and the questions that were answered. */
export function EntryLines({ lines }: { readonly lines: readonly EntryLine[] }) {
  return (
    <dl className={cx(styles.lines)}>
      {lines
        .filter(({ value }) => value !== '')
        .map(({ field, label, value }) =>
          value === null ? (
            <h3 key={field} dir="auto">
              {label}
            </h3>
          ) : (
            <LinePair key={field} label={label} value={value} />
          ),
        )}
    </dl>
  );
}

function LinePair({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      <dt dir="auto">{label}</dt>
      <dd dir="auto">{value}</dd>
    </>
  );
}
