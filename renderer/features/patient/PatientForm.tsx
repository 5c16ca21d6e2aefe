import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientDetails } from '@shared/model/details';
import type { PatientRow } from '@shared/model/rows';
import { joinName } from '../../app/format';
import type { NameParts } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices, Switch } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { Actions } from '../../components/Dialog';
import { Card, Columns, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { faultsOf, inputOf } from './draft';
import type { Draft, PatientInput } from './draft';
import { DetailsForm } from './MoreDetails';
import { SimilarPeople } from './SimilarPeople';

interface Props {
  readonly start: Draft;
  readonly details: PatientDetails;
  readonly before?: PatientRow;
  readonly suggestedNumber?: string;
  readonly saveLabel: string;
  /** `changes`: the further details that were changed, if any. */
  readonly onSave: (input: PatientInput, changes: Partial<PatientDetails>) => Promise<void>;
  readonly onCancel: () => void;
}

/** Registration: only the name is needed; everything else may stay unknown and be told truthfully later. */
export function PatientForm({ start, details, before, suggestedNumber = '', saveLabel, onSave, onCancel }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(start);
  const [changes, setChanges] = useState<Partial<PatientDetails>>({});
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [otherLetters, setOtherLetters] = useState(start.name.otherFamily + start.name.otherGiven !== '');
  const set = (changes: Partial<Draft>): void => setDraft((now) => ({ ...now, ...changes }));
  const setName = (changes: Partial<NameParts>): void =>
    setDraft((now) => ({ ...now, name: { ...now.name, ...changes } }));
  const faults = faultsOf(draft);
  const missing = (fault: true | undefined): string | undefined => (tried && fault ? t('common.required') : undefined);

  const save = async (): Promise<void> => {
    setTried(true);
    if (Object.keys(faults).length > 0 || busy) return;
    setBusy(true);
    try {
      await onSave(inputOf(draft, before?.PatientName), changes);
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      noValidate
      style={{ display: 'grid', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Card title={t('form.name')}>
        <Columns>
          <TextField
            label={t('form.family')}
            value={draft.name.family}
            onChange={(family) => setName({ family })}
            maxLength={64}
            autoFocus
            error={missing(faults.name)}
          />
          <TextField
            label={t('form.given')}
            value={draft.name.given}
            onChange={(given) => setName({ given })}
            maxLength={64}
          />
          <TextField
            label={t('form.middle')}
            value={draft.name.middle}
            onChange={(middle) => setName({ middle })}
            maxLength={64}
          />
        </Columns>
        {otherLetters ? (
          <Columns>
            <TextField
              label={t('form.otherFamily')}
              value={draft.name.otherFamily}
              onChange={(otherFamily) => setName({ otherFamily })}
              maxLength={64}
            />
            <TextField
              label={t('form.otherGiven')}
              value={draft.name.otherGiven}
              onChange={(otherGiven) => setName({ otherGiven })}
              maxLength={64}
            />
          </Columns>
        ) : (
          <Row>
            <Button look="quiet" onPress={() => setOtherLetters(true)}>
              {t('form.otherLetters')}
            </Button>
          </Row>
        )}
        <SimilarPeople
          name={joinName(draft.name)}
          number={draft.number}
          birthDate={draft.birthDate}
          except={before?.patient ?? null}
        />
      </Card>
      <Card title={t('form.person')}>
        <Choices
          label={t('form.sex')}
          options={[
            { id: 'F', label: t('patients.sexF') },
            { id: 'M', label: t('patients.sexM') },
            { id: 'O', label: t('patients.sexO') },
            { id: 'unknown', label: t('patients.sexUnknown') },
          ]}
          value={draft.sex === '' ? 'unknown' : draft.sex}
          onChange={(sex) => set({ sex: sex === 'unknown' ? '' : sex })}
        />
        <Choices
          label={t('form.birth')}
          options={[
            { id: 'known', label: t('form.birthKnown') },
            { id: 'estimated', label: t('form.birthEstimated') },
            { id: 'unknown', label: t('form.birthUnknown') },
          ]}
          value={draft.precision}
          onChange={(precision) => set({ precision })}
        />
        {draft.precision === 'unknown' ? (
          <Row>
            <TextField
              label={t('form.age')}
              type="number"
              value={draft.age}
              onChange={(age) => set({ age })}
              error={tried && faults.age ? t('form.ageWrong') : undefined}
            />
            <Choices
              label={t('form.ageUnit')}
              options={[
                { id: 'years', label: t('form.years') },
                { id: 'months', label: t('form.months') },
              ]}
              value={draft.ageUnit}
              onChange={(ageUnit) => set({ ageUnit })}
            />
          </Row>
        ) : (
          <Columns>
            <DateField
              label={draft.precision === 'known' ? t('form.birthDate') : t('form.birthDateAbout')}
              value={draft.birthDate}
              onChange={(birthDate) => set({ birthDate })}
              past
              error={missing(faults.birthDate)}
              {...(draft.precision === 'estimated' ? { hint: t('form.estimatedHint') } : {})}
            />
          </Columns>
        )}
        <Columns>
          <TextField
            label={t('form.number')}
            value={draft.number}
            onChange={(number) => set({ number })}
            maxLength={64}
            direction="ltr"
            hint={t('form.numberHint')}
          />
        </Columns>
        {suggestedNumber !== '' && draft.number !== suggestedNumber ? (
          <Row>
            <Button onPress={() => set({ number: suggestedNumber })}>
              {t('form.useNumber', { number: suggestedNumber })}
            </Button>
          </Row>
        ) : null}
        <Switch checked={draft.temporary} onChange={(temporary) => set({ temporary })}>
          {t('form.temporary')}
        </Switch>
      </Card>
      <Card title={t('form.consent')}>
        <Choices
          label={t('form.consentQuestion')}
          options={[
            { id: 'yes', label: t('form.consentYes') },
            { id: 'no', label: t('form.consentNo') },
            { id: 'not-asked', label: t('form.consentNotAsked') },
          ]}
          value={draft.consent}
          onChange={(consent) => set({ consent })}
        />
        <TextField
          label={t('form.note')}
          value={draft.note}
          onChange={(note) => set({ note })}
          maxLength={2000}
          lines
        />
      </Card>
      <DetailsForm
        value={{ ...details, ...changes }}
        onChange={(changed) => setChanges((now) => ({ ...now, ...changed }))}
      />
      <Actions>
        <Button large onPress={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button look="primary" large type="submit" busy={busy}>
          {saveLabel}
        </Button>
      </Actions>
    </form>
  );
}
