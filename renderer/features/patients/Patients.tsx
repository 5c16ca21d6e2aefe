import { SearchX, UserPlus, Users } from 'lucide-react';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { showNumber } from '../../app/format';
import { navigate } from '../../app/router';
import { usePages } from '../../app/usePages';
import { useDebounced } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Empty, ErrorNote, Page } from '../../components/Surface';
import { SearchField } from '../../components/TextField';
import { create } from 'zustand';
import { PatientList, patientListId, optionId } from './PatientList';

/** What was searched last stays while one looks at a patient. */
const useSearch = create<{ readonly text: string }>()(() => ({ text: '' }));

const open = (row: PatientRow): void => navigate({ screen: 'patient', patient: row.patient });

/** Finding a person: type a part of the name or the number, take the first with Enter. */
export function Patients() {
  const { t } = useTranslation();
  const text = useSearch((state) => state.text);
  const settled = useDebounced(text, 150);
  const list = usePages(
    'catalog.patients',
    settled.trim() === '' ? { sort: 'lastStudyDate', descending: true } : { text: settled.trim() },
  );
  const [active, setActive] = useState(0);
  const register = (): void => navigate({ screen: 'register', ...(text.trim() === '' ? {} : { name: text.trim() }) });
  const total = list.total;

  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    const last = Math.max(0, (total ?? 1) - 1);
    const steps: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (step !== undefined) setActive((index) => Math.min(last, Math.max(0, index + step)));
    else if (event.key === 'Enter') {
      const row = list.pages.at(active);
      if (row) open(row);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Page
      title={t('patients.title')}
      shape="fixed"
      subtitle={total === null ? ' ' : t('patients.found', { count: total, shown: showNumber(total) })}
      actions={
        <Button look="primary" large icon={UserPlus} onPress={register}>
          {t('patients.register')}
        </Button>
      }
    >
      <SearchField
        label={t('patients.search')}
        placeholder={t('patients.searchHint')}
        value={text}
        onChange={(value) => {
          useSearch.setState({ text: value });
          setActive(0);
        }}
        onKeyDown={onKey}
        autoFocus
        controls={patientListId}
        activeDescendant={total ? optionId(active) : undefined}
      />
      {list.error ? <ErrorNote error={list.error} onRetry={() => list.pages.view(0, 1)} /> : null}
      {total === 0 && settled.trim() !== '' ? (
        <Empty
          icon={SearchX}
          title={t('patients.noneFound', { text: settled.trim() })}
          action={
            <Button look="primary" large icon={UserPlus} onPress={register}>
              {t('patients.registerNamed', { name: settled.trim() })}
            </Button>
          }
        >
          {t('patients.noneFoundHint')}
        </Empty>
      ) : null}
      {total === 0 && settled.trim() === '' ? (
        <Empty
          icon={Users}
          title={t('patients.empty')}
          action={<Button onPress={() => navigate({ screen: 'import' })}>{t('patients.importInstead')}</Button>}
        >
          {t('patients.emptyHint')}
        </Empty>
      ) : null}
      <PatientList list={list} active={active} onActivate={setActive} onOpen={open} />
    </Page>
  );
}
