import { ChevronRight, Download } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { listWords, personName, sexName, showDate, showNumber } from '../../app/format';
import { Button } from '../../components/Button';
import styles from '../sending/Sending.module.css';
import { columns, type Keyword, type Level } from './levels';

export type Found = Readonly<Record<string, string>>;

interface Props {
  readonly level: Level;
  readonly rows: readonly Found[];
  /** Looks into one: what is on the level below. */
  readonly onOpen: ((row: Found) => void) | null;
  readonly onRetrieve: ((row: Found) => void) | null;
}

/** What a remote answered, as a table. */
export function Results({ level, rows, onOpen, onRetrieve }: Props) {
  const { t } = useTranslation();
  const keys: readonly Keyword[] = columns[level];
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => frame.current?.scrollIntoView({ block: 'nearest' }), [rows]);
  return (
    <div ref={frame} className={cx(styles.tableFrame)} role="region" aria-label={t('pacs.results')} tabIndex={0}>
      <table className={cx(styles.table)}>
        <thead>
          <tr>
            {keys.map((keyword) => (
              <th key={keyword} scope="col">
                {t(`pacs.key.${keyword}`)}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">{t('pacs.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={nameOf(row) || at}>
              {keys.map((keyword) => (
                <td key={keyword}>
                  <bdi>{cell(keyword, row[keyword] ?? '')}</bdi>
                </td>
              ))}
              <td>
                <span className={cx(styles.cellActions)}>
                  {onOpen ? (
                    <Button
                      icon={ChevronRight}
                      aria-label={t('pacs.openOf', { what: shortOf(row) })}
                      onPress={() => onOpen(row)}
                    >
                      {t('pacs.open')}
                    </Button>
                  ) : null}
                  {onRetrieve ? (
                    <Button
                      icon={Download}
                      aria-label={t('pacs.fetchOf', { what: shortOf(row) })}
                      onPress={() => onRetrieve(row)}
                    >
                      {t('pacs.fetch')}
                    </Button>
                  ) : null}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What identifies an answer among others. */
function nameOf(row: Found): string {
  return [row['PatientID'], row['StudyInstanceUID'], row['SeriesInstanceUID'], row['SOPInstanceUID']]
    .filter(Boolean)
    .join(' ');
}

/** What is said of an answer to who cannot see the line. */
function shortOf(row: Found): string {
  const { PatientName = '', StudyDescription, StudyDate = '', SeriesDescription, SeriesNumber, InstanceNumber } = row;
  return listWords([
    PatientName === '' ? '' : personName(PatientName),
    showDate(StudyDate),
    StudyDescription ?? '',
    SeriesDescription ?? SeriesNumber ?? '',
    InstanceNumber ?? '',
  ]);
}

function cell(keyword: Keyword, value: string): string {
  switch (keyword) {
    case 'PatientName':
      return value === '' ? '' : personName(value);
    case 'PatientBirthDate':
    case 'StudyDate':
      return showDate(value);
    case 'PatientSex':
      return value === '' ? '' : sexName(value);
    case 'ModalitiesInStudy':
      return listWords(value.split('\\'));
    case 'NumberOfStudyRelatedInstances':
    case 'NumberOfSeriesRelatedInstances':
      return /^\d+$/.test(value.trim()) ? showNumber(Number(value)) : value;
    default:
      return value;
  }
}
