import type { UserRow } from '@shared/contract/users';
import { cx } from '../app/cx';
import styles from './PersonFace.module.css';

/** A person who works here: the initials on the own colour. The name stands beside it or is read out by what it is on. */
export function PersonFace({
  person,
  size = 'small',
}: {
  readonly person: Pick<UserRow, 'initials' | 'colour'>;
  readonly size?: 'small' | 'large';
}) {
  return (
    <span className={cx(styles.face, styles[person.colour], size === 'large' && styles.large)} aria-hidden>
      {person.initials}
    </span>
  );
}
