import { useTranslation } from 'react-i18next';
import type { AttachmentKey, PatientKey } from '@shared/model/ids';
import type { Basket } from '../../app/exportBasket';
import { isolate, showBytes, showNumber, together } from '../../app/format';
import { useQuery } from '../../app/useQuery';
import { Checkbox } from '../../components/Choice';
import { ErrorNote } from '../../components/Surface';
import { fileKind } from '../attachments/kinds';

/** As many as are offered by themselves; further ones are sent from the list of the patient's files. */
const MOST_OFFERED = 100;

interface Props {
  readonly patient: PatientKey;
  readonly basket: Basket;
  readonly onBasket: (basket: Basket) => void;
  readonly chosen: readonly AttachmentKey[];
  readonly onChoose: (chosen: readonly AttachmentKey[]) => void;
}

/** Of a patient who has files: whether the pictures go, and which of the files. */
export function FilesChoice({ patient, basket, onBasket, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('attachments.list', {
    patient,
    sort: [{ field: 'createdAt', descending: true }],
    perPage: MOST_OFFERED,
  });
  const person = useQuery('patients.get', { patient });
  const images = person.data?.images ?? 0;
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data || data.total === 0) return null;
  const toggle = (attachment: AttachmentKey, on: boolean): void =>
    onChoose(on ? [...chosen, attachment] : chosen.filter((each) => each !== attachment));
  return (
    <div role="group" aria-label={t('outbox.form.filesAndPictures')}>
      {images > 0 ? (
        <Checkbox
          checked={(basket.patients?.length ?? 0) > 0}
          onChange={(on) => onBasket(on ? { patients: [patient] } : {})}
        >
          {t('outbox.form.allPictures', { count: images, shown: showNumber(images) })}
        </Checkbox>
      ) : null}
      {data.rows.map(({ attachment, name, description, contentType, bytes }) => (
        <Checkbox key={attachment} checked={chosen.includes(attachment)} onChange={(on) => toggle(attachment, on)}>
          {together(isolate(name), isolate(description), t(`files.kind.${fileKind(contentType)}`), showBytes(bytes))}
        </Checkbox>
      ))}
    </div>
  );
}
