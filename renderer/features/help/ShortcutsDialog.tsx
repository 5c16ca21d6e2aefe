import { useTranslation } from 'react-i18next';
import { useShortcutList } from '../../app/shortcuts';
import { Dialog } from '../../components/Dialog';
import { ShortcutTable } from './ShortcutTable';

/** The keys, over whatever screen one is on. */
export function ShortcutsDialog() {
  const { t } = useTranslation();
  const open = useShortcutList((state) => state.open);
  return (
    <Dialog title={t('help.keys')} open={open} onClose={() => useShortcutList.setState({ open: false })} wide>
      <ShortcutTable />
    </Dialog>
  );
}
