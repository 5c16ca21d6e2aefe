import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import styles from './Help.module.css';

/** Every key that does something outside the viewer, which shows its own. */
export function ShortcutTable() {
  const { t } = useTranslation();
  const keys: readonly (readonly [string, string])[] = [
    ['Alt 1 … 8', t('help.key.screens')],
    ['/', t('help.key.search')],
    ['↑ ↓ Enter', t('help.key.list')],
    ['N', t('help.key.register')],
    ['Space', t('help.key.shoot')],
    ['1 … 9', t('help.key.kind')],
    ['Enter', t('help.key.keep')],
    ['Esc', t('help.key.retake')],
    ['Ctrl A', t('help.key.all')],
    ['Shift', t('help.key.range')],
    ['Ctrl L', t('help.key.lock')],
    ['?', t('help.key.help')],
  ];
  return (
    <table className={cx(styles.keys)}>
      <caption className="visually-hidden">{t('help.keys')}</caption>
      <tbody>
        {keys.map(([key, what]) => (
          <tr key={what}>
            <td dir="ltr">
              <kbd>{key}</kbd>
            </td>
            <td>{what}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
