import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import { ask, thumbnailUrl } from '../../app/api';
import { cx } from '../../app/cx';
import { kindName } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { openViewer } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Note, Row } from '../../components/Surface';
import { discard, keepAgain, useShots } from './shots';
import type { Shot } from './shots';
import styles from './Capture.module.css';

const shownAtMost = 24;

/** The shots of this sitting, newest first. The tick stands only on what the archive has confirmed. */
export function Filmstrip() {
  const { t } = useTranslation();
  const shots = useShots((state) => state.shots);
  const failed = shots.filter((shot) => shot.state === 'failed');
  return (
    <div>
      {failed.map((shot) => (
        <FailedShot key={shot.id} shot={shot} />
      ))}
      <ul className={cx(styles.strip)} aria-label={t('capture.filmstrip')}>
        {shots
          .slice(-shownAtMost)
          .reverse()
          .map((shot) => (
            <ShotItem key={shot.id} shot={shot} />
          ))}
      </ul>
    </div>
  );
}

function open(image: ImageId): void {
  ask('catalog.image', { image }).then((row) => openViewer([row], image), sayError);
}

function ShotItem({ shot }: { readonly shot: Shot }) {
  const { t } = useTranslation();
  const kinds = useSession((state) => state.kinds);
  const kind = kinds.find((row) => row.kind === shot.context.kind);
  const label = kind ? kindName(kind) : t('kinds.none');
  const words = { saving: t('capture.saving'), stored: t('capture.stored'), failed: t('capture.notStored') };
  const Mark = { saving: LoaderCircle, stored: CircleCheck, failed: CircleAlert }[shot.state];
  const { image } = shot;
  return (
    <li className={cx(styles.shot)}>
      {image === null ? (
        <span className={cx(styles.frame)}>{shot.url ? <img src={shot.url} alt="" /> : null}</span>
      ) : (
        <button
          type="button"
          className={cx(styles.frame)}
          onClick={() => open(image)}
          aria-label={t('images.open', { name: label })}
        >
          <img src={thumbnailUrl(image)} alt="" />
        </button>
      )}
      <span className={cx(styles.label)}>{label}</span>
      <span className={cx(styles.mark)} data-state={shot.state}>
        <Mark aria-hidden size={20} />
        <span className="visually-hidden">{words[shot.state]}</span>
      </span>
    </li>
  );
}

function FailedShot({ shot }: { readonly shot: Shot }) {
  const { t } = useTranslation();
  return (
    <Note tone="error">
      <p>{t('capture.failedHint')}</p>
      {shot.error ? <p>{errorSentence(shot.error.code, shot.error.details, currentLanguage())}</p> : null}
      <Row>
        <Button look="primary" onPress={() => void keepAgain(shot)}>
          {t('capture.keepAgain')}
        </Button>
        <Button onPress={() => discard(shot)}>{t('capture.discard')}</Button>
      </Row>
    </Note>
  );
}
