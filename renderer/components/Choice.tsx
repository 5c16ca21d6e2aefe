import { Check, ChevronDown } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button,
  CheckboxButton,
  CheckboxField,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  RadioButton,
  RadioField,
  RadioGroup,
  Select as AriaSelect,
  SelectValue,
  SwitchButton,
  SwitchField,
} from 'react-aria-components';
import { cx } from '../app/cx';
import styles from './Field.module.css';

export interface Option<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly hint?: string;
  readonly icon?: LucideIcon;
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly options: readonly Option<T>[];
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  readonly placeholder?: string;
  readonly disabled?: boolean;
}

/** One of several, behind a button. */
export function Select<T extends string>({
  label,
  hideLabel = false,
  options,
  value,
  onChange,
  ...rest
}: SelectProps<T>) {
  return (
    <AriaSelect
      className={cx(styles.field)}
      value={value}
      onChange={(key) => {
        const option = options.find((candidate) => candidate.id === key);
        if (option) onChange(option.id);
      }}
      isDisabled={rest.disabled ?? false}
      {...(rest.placeholder === undefined ? {} : { placeholder: rest.placeholder })}
    >
      <Label className={hideLabel ? 'visually-hidden' : cx(styles.label)}>{label}</Label>
      <Button className={cx(styles.input, styles.select)}>
        <SelectValue className={cx(styles.value)} />
        <ChevronDown aria-hidden size={18} />
      </Button>
      <Popover className={cx(styles.popover)}>
        <ListBox items={options}>
          {(option) => (
            <ListBoxItem className={cx(styles.option)} id={option.id} textValue={option.label}>
              {option.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly options: readonly Option<T>[];
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  /** `cards`: big, with a line of explanation each. */
  readonly cards?: boolean;
  /** In two columns that fill the width they have. */
  readonly fill?: boolean;
  readonly disabled?: boolean;
  /** Stands after the choices, such as a button to add one. */
  readonly after?: ReactNode;
}

/** One of a few, all in sight, large enough for gloves. */
export function Choices<T extends string>({
  label,
  hideLabel = false,
  options,
  value,
  onChange,
  cards = false,
  fill = false,
  disabled = false,
  after,
}: ChoicesProps<T>) {
  return (
    <RadioGroup
      className={cx(styles.field)}
      value={value}
      onChange={(key) => {
        const option = options.find((candidate) => candidate.id === key);
        if (option) onChange(option.id);
      }}
      orientation="horizontal"
      isDisabled={disabled}
    >
      <Label className={hideLabel ? 'visually-hidden' : cx(styles.label)}>{label}</Label>
      <div className={cx(styles.choices, cards && styles.cards, fill && styles.fill)}>
        {options.map(({ id, label: text, hint, icon: Icon }) => (
          <RadioField key={id} value={id} className={cx(styles.slot)}>
            <RadioButton className={cx(styles.choice)}>
              {Icon ? <Icon aria-hidden size={20} /> : null}
              <span>{text}</span>
              {hint ? <span className={cx(styles.choiceHint)}>{hint}</span> : null}
            </RadioButton>
          </RadioField>
        ))}
        {after}
      </div>
    </RadioGroup>
  );
}

interface TickProps {
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

/** A box to tick. */
export function Checkbox({ children, checked, onChange, disabled = false }: TickProps) {
  return (
    <CheckboxField isSelected={checked} onChange={onChange} isDisabled={disabled}>
      <CheckboxButton className={cx(styles.check)}>
        <span className={cx(styles.box)}>
          <Check aria-hidden size={20} strokeWidth={3} />
        </span>
        <span>{children}</span>
      </CheckboxButton>
    </CheckboxField>
  );
}

/** Something that is on or off at once. */
export function Switch({ children, checked, onChange, disabled = false }: TickProps) {
  return (
    <SwitchField isSelected={checked} onChange={onChange} isDisabled={disabled}>
      <SwitchButton className={cx(styles.check)}>
        <span className={cx(styles.track)} />
        <span>{children}</span>
      </SwitchButton>
    </SwitchField>
  );
}
