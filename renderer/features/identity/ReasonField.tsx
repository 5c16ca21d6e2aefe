import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button';
import { Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';

interface Props {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is often the reason: one press instead of typing. */
  readonly suggestions?: readonly string[];
}

/** Why something is done. */
export function ReasonField({ value, onChange, suggestions = [] }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        label={t('identity.reason')}
        hint={t('identity.reasonHint')}
        value={value}
        onChange={onChange}
        maxLength={500}
        required
      />
      {suggestions.length > 0 && value === '' ? (
        <Row>
          {suggestions.map((text) => (
            <Button key={text} onPress={() => onChange(text)}>
              {text}
            </Button>
          ))}
        </Row>
      ) : null}
    </>
  );
}
