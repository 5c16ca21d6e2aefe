import { Camera as CameraIcon, Check, CircleCheck, RotateCcw, Settings2 } from 'lucide-react';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { changeSettings, useSession } from '../../app/session';
import { isCovered, isTyping } from '../../app/shortcuts';
import { contextNow, useTarget } from '../../app/target';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Select, Switch } from '../../components/Choice';
import { Note, Page } from '../../components/Surface';
import type { CameraDevice } from './camera';
import { CameraMessage } from './CameraMessage';
import { Filmstrip } from './Filmstrip';
import { KindChooser } from './KindChooser';
import { takePicture } from './shoot';
import type { Picture } from './shoot';
import { keep, useShots } from './shots';
import { TargetBar } from './TargetBar';
import { useCamera } from './useCamera';
import styles from './Capture.module.css';

interface Review {
  readonly picture: Picture;
  readonly url: string;
  readonly camera: string;
}

/** Taking pictures: shoot, look, keep or retake; or several in a row, each kept at once. */
export function Capture() {
  const { t } = useTranslation();
  const settings = useSession((state) => state.settings);
  const kinds = useSession((state) => state.kinds);
  const target = useTarget();
  const stored = useShots((state) => state.stored);
  const [state, camera] = useCamera(settings?.camera ?? '');
  const video = useRef<HTMLVideoElement>(null);
  const [row, setRow] = useState(false);
  const [review, setReview] = useState<Review | null>(null);
  const [busy, setBusy] = useState(false);
  const [flash, setFlash] = useState(0);
  const aimed = target.patient !== null || target.unassigned;
  const ready = state.status === 'live' && aimed && target.kind !== null && !busy;

  useEffect(() => {
    if (video.current) video.current.srcObject = state.stream;
  }, [state.stream]);
  const reviewUrl = review?.url;
  useEffect(() => (reviewUrl === undefined ? undefined : () => URL.revokeObjectURL(reviewUrl)), [reviewUrl]);

  const shoot = async (): Promise<void> => {
    const track = state.stream?.getVideoTracks()[0];
    if (!ready || !track || !video.current) return;
    setBusy(true);
    setFlash((count) => count + 1);
    const context = contextNow();
    try {
      const picture = await takePicture(track, video.current);
      if (row) void keep(picture, context, track.label);
      else setReview({ picture, url: URL.createObjectURL(picture.blob), camera: track.label });
    } catch {
      say({ tone: 'error', text: t('capture.noFrame') });
    } finally {
      setBusy(false);
    }
  };
  const keepIt = useCallback(async (): Promise<void> => {
    if (!review) return;
    setBusy(true);
    await keep(review.picture, contextNow(), review.camera);
    setReview(null);
    setBusy(false);
  }, [review]);

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (isTyping(event.target) || event.ctrlKey || event.altKey || isCovered())
      return;
    const focused = event.target instanceof Element ? event.target.closest('button, a, input') : null;
    const own = focused?.matches(':focus-visible') === true && !focused.hasAttribute('data-shutter');
    const kind = /^[1-9]$/.test(event.key) ? kinds.filter((each) => each.active)[Number(event.key) - 1] : undefined;
    if (kind) useTarget.setState({ kind: kind.kind });
    else if (review && event.key === 'Enter' && !own && !busy) void keepIt();
    else if (review && event.key === 'Escape' && !busy) setReview(null);
    else if (!review && event.key === ' ' && !own && !event.repeat) void shoot();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listener, true);
    return () => window.removeEventListener('keydown', listener, true);
  }, []);

  const choose = (device: CameraDevice): void => {
    void camera.choose(device);
    changeSettings({ camera: device.label }).catch(sayError);
  };
  const live = state.status === 'live';
  const mirror = settings?.mirrorPreview === true;
  const hint = !aimed ? t('capture.needPatient') : target.kind === null ? t('capture.needKind') : '';

  return (
    <Page title={t('capture.title')} shape="fixed">
      <TargetBar />
      <KindChooser />
      {live && state.missing !== '' ? (
        <Note tone="warning">
          <p>{t('capture.otherCamera', { wanted: state.missing, used: state.active?.label ?? '' })}</p>
        </Note>
      ) : null}
      <div className={cx(styles.layout)}>
        <div className={cx(styles.stage)}>
          <video
            ref={video}
            className={cx(mirror && styles.mirrored)}
            hidden={!live}
            autoPlay
            playsInline
            muted
            aria-label={t('capture.livePicture')}
          />
          {review ? <img src={review.url} alt={t('capture.reviewAlt')} /> : null}
          {flash > 0 ? <span key={flash} className={cx(styles.flash)} /> : null}
          {live && state.active ? (
            <span className={cx(styles.resolution)} dir="ltr">
              {review
                ? `${showNumber(review.picture.width)} × ${showNumber(review.picture.height)}`
                : `${showNumber(state.active.width)} × ${showNumber(state.active.height)}`}
            </span>
          ) : null}
          {live ? null : <CameraMessage state={state} onRetry={() => void camera.start()} />}
        </div>
        <div className={cx(styles.side)}>
          {review ? (
            <div className={cx(styles.review)}>
              <Button
                look="primary"
                large
                icon={Check}
                busy={busy}
                onPress={() => void keepIt()}
                aria-keyshortcuts="Enter"
              >
                {t('capture.keep')}
              </Button>
              <Button
                large
                icon={RotateCcw}
                isDisabled={busy}
                onPress={() => setReview(null)}
                aria-keyshortcuts="Escape"
              >
                {t('capture.retake')}
              </Button>
            </div>
          ) : (
            <AriaButton
              className={cx(styles.shutter)}
              isDisabled={!ready}
              onPress={() => void shoot()}
              data-shutter=""
              aria-keyshortcuts="Space"
            >
              <CameraIcon aria-hidden size={44} />
              {t('capture.shoot')}
            </AriaButton>
          )}
          <p className={cx(styles.count)} role="status">
            {stored > 0 ? (
              <>
                <CircleCheck aria-hidden size={20} />
                {t('capture.storedCount', { count: stored, shown: showNumber(stored) })}
              </>
            ) : (
              hint
            )}
          </p>
          {stored > 0 && hint !== '' ? <p role="status">{hint}</p> : null}
          <Switch checked={row} onChange={setRow} disabled={review !== null}>
            {t('capture.severalInARow')}
          </Switch>
          {state.devices.some((device) => device.label !== '') ? (
            <Select
              label={t('capture.camera')}
              options={state.devices.map((device, index) => ({
                id: device.id,
                label: device.label || t('capture.cameraNumber', { number: showNumber(index + 1) }),
              }))}
              value={state.active?.id ?? null}
              onChange={(id) => {
                const device = state.devices.find((each) => each.id === id);
                if (device) choose(device);
              }}
              disabled={review !== null}
            />
          ) : null}
          {live && state.active && settings?.camera !== state.active.label ? (
            <Button icon={Settings2} onPress={() => state.active && choose(state.active)}>
              {t('capture.rememberCamera')}
            </Button>
          ) : null}
          <Switch checked={mirror} onChange={(mirrorPreview) => void changeSettings({ mirrorPreview }).catch(sayError)}>
            {t('capture.mirror')}
          </Switch>
        </div>
        <Filmstrip />
      </div>
    </Page>
  );
}
