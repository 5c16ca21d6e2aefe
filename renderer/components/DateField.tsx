import { CalendarDate, getLocalTimeZone, today } from '@internationalized/date';
import { DateField as AriaDateField, DateInput, DateSegment, FieldError, Label, Text } from 'react-aria-components';
import { cx } from '../app/cx';
import styles from './Field.module.css';

interface DateFieldProps {
  readonly label: string;
  /** YYYYMMDD, or empty. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly required?: boolean;
  /** Days after today cannot be meant. */
  readonly past?: boolean;
}

function parse(value: string): CalendarDate | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(value);
  return match ? new CalendarDate(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

function format(date: { readonly year: number; readonly month: number; readonly day: number } | null): string {
  if (!date || date.year < 1000) return '';
  return `${String(date.year).padStart(4, '0')}${String(date.month).padStart(2, '0')}${String(date.day).padStart(2, '0')}`;
}

/** A date in the order of the language, typed part by part. */
export function DateField({ label, value, onChange, hint, error, required = false, past = false }: DateFieldProps) {
  const limits = past ? { minValue: new CalendarDate(1880, 1, 1), maxValue: today(getLocalTimeZone()) } : {};
  return (
    <AriaDateField
      className={cx(styles.field, styles.short)}
      value={parse(value)}
      onChange={(date) => onChange(format(date))}
      isRequired={required}
      shouldForceLeadingZeros
      {...(error ? { isInvalid: true } : {})}
      {...limits}
    >
      <Label className={cx(styles.label)}>{label}</Label>
      <DateInput className={cx(styles.input, styles.segments)}>
        {(segment) => <DateSegment segment={segment} className={cx(styles.segment)} />}
      </DateInput>
      {hint ? (
        <Text slot="description" className={cx(styles.hint)}>
          {hint}
        </Text>
      ) : null}
      <FieldError className={cx(styles.error)}>{error ? error : undefined}</FieldError>
    </AriaDateField>
  );
}
