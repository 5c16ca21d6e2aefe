import { ChevronDown } from 'lucide-react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type DetailField, PatientDetails } from '@shared/model/details';
import { cx } from '../../app/cx';
import { Columns, Facts } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from './MoreDetails.module.css';

const groups = {
  names: ['paternalLast', 'maternalLast', 'first', 'middle', 'prefix', 'suffix', 'preferredName', 'genderIdentity'],
  contact: ['phone1', 'phone2', 'email'],
  emergency: ['emergencyName', 'emergencyPhone', 'emergencyEmail'],
  address: ['street1', 'street2', 'street3', 'colonia', 'city', 'state', 'postCode', 'country'],
  numbers: ['curp', 'otherId', 'oldNumber'],
} as const satisfies Readonly<Record<string, readonly DetailField[]>>;

type Group = keyof typeof groups;
const groupNames = Object.keys(groups) as Group[];

/** Written from left to right in every language. */
const leftToRight: ReadonlySet<DetailField> = new Set([
  'phone1',
  'phone2',
  'email',
  'emergencyPhone',
  'emergencyEmail',
  'postCode',
  'curp',
  'otherId',
  'oldNumber',
]);

interface FormProps {
  readonly value: PatientDetails;
  readonly onChange: (changes: Partial<PatientDetails>) => void;
}

/** Everything a desk may ask besides name, sex and birth: closed until someone needs it, open when something is there. */
export function DetailsForm({ value, onChange }: FormProps) {
  const { t } = useTranslation();
  return (
    <Folding open={Object.values(value).some((text) => text !== '')}>
      <p className={cx(styles.hint)}>{t('details.hint')}</p>
      {groupNames.map((group) => (
        <fieldset key={group} className={cx(styles.group)}>
          <legend>{t(`details.group.${group}`)}</legend>
          <Columns>
            {groups[group].map((field: DetailField) => (
              <TextField
                key={field}
                label={t(`details.field.${field}`)}
                value={value[field]}
                onChange={(text) => onChange({ [field]: text })}
                maxLength={longest(field)}
                direction={leftToRight.has(field) ? 'ltr' : 'auto'}
              />
            ))}
          </Columns>
        </fieldset>
      ))}
    </Folding>
  );
}

function longest(field: DetailField): number {
  return PatientDetails.shape[field].unwrap().maxLength ?? 64;
}

/** What is known of a patient besides the card, for reading. Nothing when nothing is known. */
export function DetailsFacts({ value }: { readonly value: PatientDetails }) {
  const { t } = useTranslation();
  const rows = groupNames.flatMap((group) =>
    groups[group]
      .filter((field) => value[field] !== '')
      .map(
        (field: DetailField) =>
          [
            t(`details.field.${field}`),
            <bdi key={field} dir={leftToRight.has(field) ? 'ltr' : 'auto'}>
              {value[field]}
            </bdi>,
          ] as const,
      ),
  );
  if (rows.length === 0) return null;
  return (
    <Folding open={false}>
      <Facts rows={rows} />
    </Folding>
  );
}

function Folding({ open, children }: { readonly open: boolean; readonly children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <Disclosure className={cx(styles.folding)} defaultExpanded={open}>
      <Heading className={cx(styles.heading)} level={2}>
        <AriaButton slot="trigger" className={cx(styles.trigger)}>
          <ChevronDown aria-hidden size={22} />
          {t('details.title')}
        </AriaButton>
      </Heading>
      <DisclosurePanel>
        <div className={cx(styles.panel)}>{children}</div>
      </DisclosurePanel>
    </Disclosure>
  );
}
