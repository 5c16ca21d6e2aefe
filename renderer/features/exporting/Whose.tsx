import { UserRound, VenetianMask } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Basket } from '../../app/exportBasket';
import { useQuery } from '../../app/useQuery';
import { Choices } from '../../components/Choice';
import { Card, ErrorNote, Note } from '../../components/Surface';
import { ProfileChoice } from '../anonymise/ProfileChoice';
import type { Way } from '../anonymise/way';
import { Writing } from '../anonymise/Writing';

interface Props {
  readonly basket: Basket;
  readonly anonymous: boolean;
  readonly way: Way;
  readonly onAnonymous: (anonymous: boolean) => void;
  readonly onWay: (way: Way) => void;
}

/** Whole or anonymous, and how: asked of everything that leaves. */
export function Whose({ basket, anonymous, way, onAnonymous, onWay }: Props) {
  const { t } = useTranslation();
  const writing = useQuery('anonymisation.preview', anonymous ? { selection: basket } : null);
  return (
    <>
      <Card title={t('exporting.whose')}>
        <Choices
          label={t('exporting.whose')}
          hideLabel
          cards
          options={[
            { id: 'whole', label: t('exporting.whole'), hint: t('exporting.wholeHint'), icon: UserRound },
            {
              id: 'anonymous',
              label: t('exporting.anonymous'),
              hint: t('exporting.anonymousHint'),
              icon: VenetianMask,
            },
          ]}
          value={anonymous ? 'anonymous' : 'whole'}
          onChange={(choice) => onAnonymous(choice === 'anonymous')}
        />
        <Note tone={anonymous ? 'info' : 'warning'}>
          <p>{anonymous ? t('exporting.anonymousNote') : t('exporting.identifiable')}</p>
        </Note>
        {anonymous ? <ProfileChoice profile={way.profile} onChange={(profile) => onWay({ ...way, profile })} /> : null}
      </Card>
      {anonymous && writing.error ? <ErrorNote error={writing.error} onRetry={writing.reload} /> : null}
      {anonymous && writing.data ? (
        <Writing preview={writing.data} way={way} onChange={onWay} onSaved={writing.reload} />
      ) : null}
    </>
  );
}
