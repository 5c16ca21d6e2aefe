import { CircleSlash } from 'lucide-react';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { sexName, showBirth, showDate, showNumber, together } from '../../app/format';
import { useLines } from '../../app/useLines';
import type { PagedList } from '../../app/usePages';
import { Badge, PersonName } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import styles from './PatientList.module.css';

export const patientListId = 'patient-list';
export const optionId = (index: number): string => `${patientListId}-${index}`;

const rowHeight = 76;

interface Props {
  readonly list: PagedList<PatientRow>;
  readonly active: number;
  readonly onActivate: (index: number) => void;
  readonly onOpen: (row: PatientRow) => void;
}

/** Patients with their headshots; only the rows in view exist. */
export function PatientList({ list, active, onActivate, onOpen }: Props) {
  const { t } = useTranslation();
  const { pages, total } = list;
  const { scroller, lines, size, scrollTo } = useLines(pages, { total, height: rowHeight });
  // Whom somebody saw when they pressed: the list may be read anew before they let go, and another person stand there.
  const pressed = useRef<PatientRow | undefined>(undefined);
  const follow = useEffectEvent((index: number) => {
    if (total !== null && index < total) scrollTo(index);
  });
  useEffect(() => {
    follow(active);
  }, [active]);

  return (
    <div
      ref={scroller}
      id={patientListId}
      className={cx(styles.scroller)}
      role="listbox"
      aria-label={t('patients.title')}
      aria-busy={total === null}
      hidden={total === 0}
      tabIndex={-1}
    >
      <div className={cx(styles.rows)} style={{ blockSize: size }} role="presentation">
        {lines.map((item) => {
          const row = pages.at(item.index);
          return (
            <div
              key={item.key}
              id={optionId(item.index)}
              role="option"
              aria-selected={item.index === active}
              aria-setsize={total ?? -1}
              aria-posinset={item.index + 1}
              className={cx(styles.row)}
              style={{ blockSize: rowHeight, transform: `translateY(${item.start}px)` }}
              onPointerDown={() => {
                pressed.current = row;
                onActivate(item.index);
              }}
              onClick={() => {
                const chosen = pressed.current ?? row;
                pressed.current = undefined;
                if (chosen) onOpen(chosen);
              }}
            >
              {row ? <PatientCells row={row} /> : <Waiting />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function PatientCells({ row }: { readonly row: PatientRow }) {
  const { t } = useTranslation();
  return (
    <>
      <span className={cx(styles.face)}>
        <Thumb image={row.headshot} fallback="face" />
      </span>
      <span className={cx(styles.cell)}>
        <span className={cx(styles.name)}>
          <PersonName value={row.PatientName} />
        </span>
        <span className={cx(styles.soft)}>
          {together(
            row.PatientID === '' ? t('patients.noNumber') : row.PatientID,
            t('patients.images', { count: row.images, shown: showNumber(row.images) }),
          )}
        </span>
      </span>
      <span className={cx(styles.cell)}>
        <span>{showBirth(row)}</span>
        <span className={cx(styles.soft)}>{sexName(row.PatientSex)}</span>
      </span>
      <span className={cx(styles.cell)}>
        <span>{row.lastStudyDate === '' ? t('patients.neverSeen') : showDate(row.lastStudyDate)}</span>
        {row.lastStudyDate === '' ? null : <span className={cx(styles.soft)}>{t('patients.lastVisitDay')}</span>}
      </span>
      <span className={cx(styles.cell)}>
        {row.temporary ? <Badge tone="warning">{t('patients.temporary')}</Badge> : null}
        {row.consent === 'no' ? (
          <Badge tone="error" icon={CircleSlash}>
            {t('patients.consentNoShort')}
          </Badge>
        ) : null}
      </span>
    </>
  );
}

function Waiting() {
  return (
    <>
      <span className={cx(styles.face)}>
        <Thumb image={null} fallback="face" />
      </span>
      <span className={cx(styles.wait)} />
      <span className={cx(styles.wait)} />
      <span className={cx(styles.wait)} />
      <span />
    </>
  );
}
