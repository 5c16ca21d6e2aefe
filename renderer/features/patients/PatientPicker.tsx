import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { navigate } from '../../app/router';
import { usePages } from '../../app/usePages';
import { useDebounced } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import styles from './PatientPicker.module.css';
import { SearchField } from '../../components/TextField';
import { PatientList, optionId, patientListId } from './PatientList';

interface Props {
  /** The question; without it, whose pictures these are, and a new person can be registered. */
  readonly title?: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onPick: (row: PatientRow) => void;
}

/** Choosing a person in a dialog. */
export function PatientPicker({ title, open, onClose, onPick }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog title={title ?? t('capture.whose')} open={open} onClose={onClose} wide>
      <Picker onClose={onClose} onPick={onPick} />
      {title === undefined ? (
        <Actions>
          <Button
            icon={UserPlus}
            onPress={() => {
              onClose();
              navigate({ screen: 'register' });
            }}
          >
            {t('patients.register')}
          </Button>
        </Actions>
      ) : null}
    </Dialog>
  );
}

function Picker({ onClose, onPick }: Pick<Props, 'onClose' | 'onPick'>) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const settled = useDebounced(text.trim(), 150);
  const list = usePages(
    'catalog.patients',
    settled === '' ? { sort: 'lastStudyDate', descending: true } : { text: settled },
  );
  const last = Math.max(0, (list.total ?? 1) - 1);
  const pick = (row: PatientRow): void => {
    onPick(row);
    onClose();
  };
  return (
    <>
      <SearchField
        label={t('patients.search')}
        placeholder={t('patients.searchHint')}
        value={text}
        onChange={(value) => {
          setText(value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          const row = list.pages.at(active);
          if (event.key === 'ArrowDown') setActive(Math.min(last, active + 1));
          else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1));
          else if (event.key === 'Enter' && row) pick(row);
          else return;
          event.preventDefault();
        }}
        autoFocus
        controls={patientListId}
        activeDescendant={list.total ? optionId(active) : undefined}
      />
      {list.total === 0 ? <p>{t('patients.noneFound', { text: settled })}</p> : null}
      <div className={cx(styles.list)}>
        <PatientList list={list} active={active} onActivate={setActive} onOpen={pick} />
      </div>
    </>
  );
}
