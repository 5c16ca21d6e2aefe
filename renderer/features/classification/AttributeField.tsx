import { ChevronDown } from 'lucide-react';
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { useDebounced, useQuery } from '../../app/useQuery';
import fields from '../../components/Field.module.css';
import styles from './Classification.module.css';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
}

/** An attribute chosen by its name, or typed as a path; what stands in front of the last full stop stays. */
export function AttributeField({ label, value, onChange }: Props) {
  const { t } = useTranslation();
  const prefix = /^(.*\.)?/.exec(value)?.[0] ?? '';
  const text = useDebounced(value.slice(prefix.length), 120);
  const found = useQuery('attributes.search', { text, limit: 30 });
  const items = (found.data?.rows ?? []).map((row) => ({
    ...row,
    id: row.tag,
    path: prefix + (row.keyword || row.tag),
  }));
  return (
    <ComboBox
      className={cx(fields.field)}
      items={items}
      inputValue={value}
      onInputChange={onChange}
      allowsCustomValue
      menuTrigger="focus"
    >
      <Label className={cx(fields.label)}>{label}</Label>
      <div className={cx(styles.add)}>
        <Input className={cx(fields.input)} dir="ltr" spellCheck={false} autoComplete="off" />
        <Button className={cx(fields.input, fields.select)} aria-label={t('types.chooseAttribute')}>
          <ChevronDown aria-hidden size={18} />
        </Button>
      </div>
      <Popover className={cx(fields.popover)}>
        <ListBox<(typeof items)[number]>>
          {(row) => (
            <ListBoxItem className={cx(fields.option)} id={row.id} textValue={row.path}>
              <span className={cx(styles.choice)} dir="ltr">
                <span>{row.name}</span>
                <span className={cx(styles.soft)}>
                  {row.keyword} ({row.tag.slice(0, 4)},{row.tag.slice(4)})
                </span>
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
