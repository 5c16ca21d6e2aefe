import { FolderInput, ImageOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Empty } from '../../components/Surface';

/** An empty list: because nothing fits, or because the archive is new. */
export function NoImages({ filtered }: { readonly filtered: boolean }) {
  const { t } = useTranslation();
  if (filtered) {
    return (
      <Empty icon={ImageOff} title={t('images.noneFound')}>
        {t('images.noneFoundHint')}
      </Empty>
    );
  }
  return (
    <Empty
      icon={ImageOff}
      title={t('images.empty')}
      action={
        <Button look="primary" large icon={FolderInput} onPress={() => navigate({ screen: 'import' })}>
          {t('patients.importFiles')}
        </Button>
      }
    >
      {t('images.emptyHint')}
    </Empty>
  );
}
