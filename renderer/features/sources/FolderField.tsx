import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import styles from './Sources.module.css';

/** A folder of this machine, chosen with the system's dialog. */
export function FolderField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
}) {
  const { t } = useTranslation();
  const choose = (): void => {
    ask('dialog.openFolder', {}).then(({ paths: [path] }) => path !== undefined && onChange(path), sayError);
  };
  return (
    <div role="group" aria-label={label}>
      <strong>{label}</strong>
      <div className={cx(styles.place)}>
        <span className={cx(styles.path)}>
          <bdi>{value === '' ? t('watching.noFolder') : value}</bdi>
        </span>
        <Button icon={FolderOpen} onPress={choose}>
          {t('watching.choose')}
        </Button>
      </div>
    </div>
  );
}
