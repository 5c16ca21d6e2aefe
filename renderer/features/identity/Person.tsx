import type { ReactNode } from 'react';
import type { PatientRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { showBirth } from '../../app/format';
import { PersonName } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import styles from './Identity.module.css';

/** A person in one line: face, name, number, birth; what stands after it is given. */
export function Person({ row, children }: { readonly row: PatientRow; readonly children?: ReactNode }) {
  return (
    <div className={cx(styles.person)}>
      <Thumb image={row.headshot} fallback="face" />
      <span className={cx(styles.text)}>
        <PersonName value={row.PatientName} />
        <span>
          <bdi>{row.PatientID}</bdi> · {showBirth(row)}
        </span>
      </span>
      {children}
    </div>
  );
}
