import { Search, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  SearchField as AriaSearchField,
  Text,
  TextArea,
  TextField as AriaTextField,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../app/cx';
import styles from './Field.module.css';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly autoFocus?: boolean;
  readonly maxLength?: number;
  readonly lines?: boolean;
  readonly type?: 'text' | 'number' | 'password';
  readonly direction?: 'auto' | 'ltr';
}

/** A labelled line (or several) of text; the text's own letters decide its direction, the language that of an empty one. */
export function TextField({ label, value, onChange, hint, error, lines = false, ...rest }: TextFieldProps) {
  const { required = false, autoFocus = false, maxLength, type = 'text', direction = 'auto' } = rest;
  const limit = maxLength === undefined ? {} : { maxLength };
  const dir = value === '' && direction === 'auto' ? undefined : direction;
  return (
    <AriaTextField
      className={cx(styles.field)}
      value={value}
      onChange={onChange}
      isRequired={required}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      autoFocus={autoFocus}
      type={type}
      {...limit}
    >
      <Label className={cx(styles.label)}>{label}</Label>
      {lines ? (
        <TextArea className={cx(styles.input, styles.area)} dir={dir} />
      ) : (
        <Input
          className={cx(styles.input)}
          dir={dir}
          autoComplete="off"
          spellCheck={false}
          min={type === 'number' ? 0 : undefined}
        />
      )}
      {hint ? (
        <Text slot="description" className={cx(styles.hint)}>
          {hint}
        </Text>
      ) : null}
      <FieldError className={cx(styles.error)}>{error}</FieldError>
    </AriaTextField>
  );
}

interface SearchFieldProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  readonly autoFocus?: boolean;
  readonly controls?: string;
  readonly activeDescendant?: string | undefined;
}

/** A search line. With `controls` it is the box of a list beneath that the arrow keys move through (ARIA combobox). */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
  onKeyDown,
  autoFocus = false,
  ...rest
}: SearchFieldProps) {
  const { t } = useTranslation();
  const combobox =
    rest.controls === undefined
      ? {}
      : ({
          role: 'combobox',
          'aria-expanded': true,
          'aria-autocomplete': 'list',
          'aria-controls': rest.controls,
          'aria-activedescendant': rest.activeDescendant,
        } as const);
  return (
    <AriaSearchField
      className={cx(styles.search)}
      aria-label={label}
      value={value}
      onChange={onChange}
      autoFocus={autoFocus}
    >
      <Search className={cx(styles.searchIcon)} aria-hidden size={20} />
      <Input
        className={cx(styles.input)}
        placeholder={placeholder ?? label}
        dir={value === '' ? undefined : 'auto'}
        spellCheck={false}
        autoComplete="off"
        onKeyDownCapture={onKeyDown}
        {...combobox}
      />
      <Button className={cx(styles.clear)} aria-label={t('common.clear')}>
        <X aria-hidden size={20} />
      </Button>
    </AriaSearchField>
  );
}
