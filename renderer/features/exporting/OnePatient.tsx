import type { Basket } from '../../app/exportBasket';
import { cx } from '../../app/cx';
import { sexName, showBirth, together } from '../../app/format';
import { useQuery } from '../../app/useQuery';
import { PersonName } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import who from '../patient/SimilarPeople.module.css';

/** Who it is, when one patient's pictures are to go out: the last chance to see that it is the wrong one. */
export function OnePatient({ basket }: { readonly basket: Basket }) {
  const [patient, ...others] = basket.patients ?? [];
  const { data } = useQuery('patients.get', patient === undefined || others.length > 0 ? null : { patient });
  if (!data) return null;
  return (
    <div className={cx(who.row)}>
      <Thumb image={data.headshot} fallback="face" />
      <span className={cx(who.text)}>
        <PersonName value={data.PatientName} />
        <span className={cx(who.why)}>{together(data.PatientID, sexName(data.PatientSex), showBirth(data))}</span>
      </span>
    </div>
  );
}
