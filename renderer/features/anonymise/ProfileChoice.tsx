import { CalendarClock, CalendarRange, Cpu, Share2, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { anonymisationOptions, type AnonymisationProfile } from '@shared/model/anonymisation';
import { cx } from '../../app/cx';
import { Checkbox, Choices } from '../../components/Choice';
import { presetNames, presetOf, presets } from './way';
import styles from './Anonymise.module.css';

const icons = { sharing: Share2, research: CalendarRange, dates: CalendarClock, device: Cpu } as const;

interface Props {
  readonly profile: AnonymisationProfile;
  readonly onChange: (profile: AnonymisationProfile) => void;
}

/** How much stays: ready-made ways in plain words, or every option of the standard with a sentence each. */
export function ProfileChoice({ profile, onChange }: Props) {
  const { t } = useTranslation();
  const preset = presetOf(profile);
  const [own, setOwn] = useState(preset === null);
  return (
    <>
      <Choices
        label={t('anonymise.keep')}
        hideLabel
        cards
        options={[
          ...presetNames.map((id) => ({
            id,
            label: t(`anonymise.preset.${id}`),
            hint: t(`anonymise.presetHint.${id}`),
            icon: icons[id],
          })),
          {
            id: 'own' as const,
            label: t('anonymise.preset.own'),
            hint: t('anonymise.presetHint.own'),
            icon: SlidersHorizontal,
          },
        ]}
        value={own || preset === null ? 'own' : preset}
        onChange={(id) => {
          setOwn(id === 'own');
          if (id !== 'own') onChange(presets[id]);
        }}
      />
      {own || preset === null ? (
        <div className={cx(styles.options)} role="group" aria-label={t('anonymise.preset.own')}>
          <Choices
            label={t('anonymise.dates')}
            options={(['remove', 'modified', 'full'] as const).map((id) => ({
              id,
              label: t(`anonymise.datesChoice.${id}`),
            }))}
            value={profile.dates}
            onChange={(dates) => onChange({ ...profile, dates })}
          />
          {anonymisationOptions.map((option) => (
            <Checkbox
              key={option}
              checked={profile[option]}
              onChange={(checked) => onChange({ ...profile, [option]: checked })}
            >
              <strong>{t(`anonymise.option.${option}`)}</strong>
              <span className={cx(styles.soft)}>{t(`anonymise.optionHint.${option}`)}</span>
            </Checkbox>
          ))}
        </div>
      ) : null}
    </>
  );
}
