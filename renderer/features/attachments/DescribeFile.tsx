import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AttachmentRow, DESCRIPTION_LENGTH } from '@shared/contract/attachments';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { TextField } from '../../components/TextField';

interface Props {
  readonly row: AttachmentRow;
  readonly onSave: (description: string) => void;
  readonly onClose: () => void;
}

/** Says in a person's own words what a file is about. */
export function DescribeFile({ row, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const [description, setDescription] = useState(row.description);
  return (
    <Dialog title={row.name} open onClose={onClose}>
      <TextField
        label={t('files.description')}
        hint={t('files.descriptionHint')}
        value={description}
        onChange={(text) => setDescription(Array.from(text).slice(0, DESCRIPTION_LENGTH).join(''))}
        autoFocus
        lines
      />
      <Actions>
        <Button large onPress={onClose}>
          {t('common.cancel')}
        </Button>
        <Button look="primary" large onPress={() => onSave(description)}>
          {t('common.save')}
        </Button>
      </Actions>
    </Dialog>
  );
}
