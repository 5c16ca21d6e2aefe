import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KindRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { kindName } from '../../app/format';
import { refreshVocabulary, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Card, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { NewKindDialog } from '../capture/KindChooser';
import styles from './Settings.module.css';

/** Kinds of pictures: which are offered, and the clinic's own by name. */
export function KindsSetting() {
  const { t } = useTranslation();
  const kinds = useSession((state) => state.kinds);
  const [adding, setAdding] = useState(false);
  return (
    <Card title={t('settings.kinds')}>
      <ul className={cx(styles.list)}>
        {kinds.map((row) => (
          <KindLine key={row.kind} row={row} />
        ))}
      </ul>
      <Row>
        <Button icon={Plus} onPress={() => setAdding(true)}>
          {t('kinds.add')}
        </Button>
      </Row>
      <NewKindDialog open={adding} onClose={() => setAdding(false)} />
    </Card>
  );
}

function KindLine({ row }: { readonly row: KindRow }) {
  const { t } = useTranslation();
  const [name, setName] = useState(row.name);
  const save = (changes: { name: string; active: boolean }): void => {
    ask('kinds.update', { kind: row.kind, ...changes })
      .then(refreshVocabulary)
      .catch(sayError);
  };
  return (
    <li className={cx(styles.item)}>
      {row.code === null ? (
        <form
          className={cx(styles.grow)}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') save({ name: name.trim(), active: row.active });
          }}
        >
          <Row>
            <TextField label={t('kinds.name')} value={name} onChange={setName} maxLength={64} />
            {name.trim() !== row.name && name.trim() !== '' ? <Button type="submit">{t('common.save')}</Button> : null}
          </Row>
        </form>
      ) : (
        <strong className={cx(styles.grow)}>{kindName(row)}</strong>
      )}
      <Switch checked={row.active} onChange={(active) => save({ name: row.name, active })}>
        {t('settings.inUse')}
      </Switch>
    </li>
  );
}
