import { FolderTree } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Selection } from '../../app/useSelection';
import { Button } from '../../components/Button';
import { AssignDialog } from './AssignDialog';

/** Puts the series of the ticked images into an archive of a project. */
export function AssignSelected({ selection }: { readonly selection: Selection }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={FolderTree} onPress={() => setOpen(true)}>
        {t('projects.assign')}
      </Button>
      {open ? <AssignDialog selection={{ images: [...selection.chosen] }} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
