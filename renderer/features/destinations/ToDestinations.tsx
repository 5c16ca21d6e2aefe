import { Waypoints } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';

/** Leads to the destinations from where one is missing. */
export function ToDestinations() {
  const { t } = useTranslation();
  return (
    <Button icon={Waypoints} onPress={() => navigate({ screen: 'sending', page: 'destinations' })}>
      {t('destinations.title')}
    </Button>
  );
}
