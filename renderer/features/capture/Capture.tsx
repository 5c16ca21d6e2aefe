import { Camera as CameraIcon, Check, CircleCheck, RotateCcw } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { showNumber, together } from '../../app/format';
import { changeSettings, useSession } from '../../app/session';
import { isCovered, isTyping } from '../../app/shortcuts';
import { contextNow, useTarget } from '../../app/target';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Note, Page, Row } from '../../components/Surface';
import type { CameraDevice } from './camera';
import { CameraMessage } from './CameraMessage';
import { CameraSettings } from './CameraSettings';
import { Filmstrip } from './Filmstrip';
import { KindChooser } from './KindChooser';
import { hold, keepPending, leavePending, retake, returnToPending, usePending } from './pending';
import { takePicture } from './shoot';
import { keep, useShots } from './shots';
import { TargetBar } from './TargetBar';
import { useCamera } from './useCamera';
import styles from './Capture.module.css';

const wandering = new Set(['Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

/** Whether a control does something of its own with Space or Enter: all do but the shutter and a kind already chosen. */
function takesKeys(target: EventTarget | null): boolean {
  const control = target instanceof Element ? target.closest('button, a, input') : null;
  if (!control || control.hasAttribute('data-shutter')) return false;
  return !(control instanceof HTMLInputElement && control.type === 'radio' && control.checked);
}

/** Taking pictures: shoot, look, keep or retake; or several in a row, each kept at once. */
export function Capture() {
  const { t } = useTranslation();
  const settings = useSession((state) => state.settings);
  const kinds = useSession((state) => state.kinds);
  const target = useTarget();
  const { pending, resume } = usePending();
  const [state, camera] = useCamera(settings?.camera ?? '');
  const video = useRef<HTMLVideoElement>(null);
  /** Whether the person goes through the controls with keys; else Space and Enter always mean the picture. */
  const byKeys = useRef(false);
  const [row, setRow] = useState(false);
  const [busy, setBusy] = useState(false);
  const [flash, setFlash] = useState(0);
  const aimed = target.patient !== null || target.unassigned;
  const live = state.status === 'live';
  const ready = live && aimed && target.kind !== null && !busy && !pending;

  useEffect(() => {
    if (video.current) video.current.srcObject = state.stream;
  }, [state.stream]);
  useEffect(() => {
    returnToPending();
    return leavePending;
  }, []);

  const choose = (device: CameraDevice): void => {
    void camera.choose(device);
    changeSettings({ camera: device.label }).catch(sayError);
  };
  const shoot = async (): Promise<void> => {
    const track = state.stream?.getVideoTracks()[0];
    if (!ready || !track || !video.current) return;
    setBusy(true);
    setFlash((count) => count + 1);
    const context = contextNow();
    try {
      const picture = await takePicture(track, video.current);
      if (row) void keep(picture, context, track.label);
      else hold(picture, track.label);
      // The first camera used on a machine is the one to look for the next time.
      if (settings?.camera === '') changeSettings({ camera: track.label }).catch(sayError);
    } catch {
      say({ tone: 'error', text: t('capture.noFrame') });
    } finally {
      setBusy(false);
    }
  };

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (isTyping(event.target) || event.ctrlKey || event.altKey || isCovered()) return;
    if (wandering.has(event.key)) byKeys.current = true;
    const own = byKeys.current && takesKeys(event.target);
    const kind = /^[1-9]$/.test(event.key) ? kinds.filter((each) => each.active)[Number(event.key) - 1] : undefined;
    if (kind) useTarget.setState({ kind: kind.kind });
    else if (pending && event.key === 'Enter' && !own) keepPending();
    else if (pending && event.key === 'Escape') retake();
    else if (!pending && event.key === ' ' && !own && !event.repeat) void shoot();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    const byPointer = (): void => {
      byKeys.current = false;
    };
    window.addEventListener('keydown', listener, true);
    window.addEventListener('pointerdown', byPointer, true);
    return () => {
      window.removeEventListener('keydown', listener, true);
      window.removeEventListener('pointerdown', byPointer, true);
    };
  }, []);
  useEffect(() => {
    byKeys.current = false;
  }, [target.patient]);

  const shown = pending?.picture ?? state.active;
  return (
    <Page title={t('capture.title')} shape="fixed" hideTitle>
      <TargetBar />
      {resume ? (
        <Note tone="warning">
          <p>{t('capture.stillWaiting')}</p>
        </Note>
      ) : null}
      {live && state.missing !== '' ? (
        <Note tone="warning">
          <Row>
            <p>{t('capture.otherCamera', { wanted: state.missing, used: state.active?.label ?? '' })}</p>
            <Button onPress={() => state.active && choose(state.active)}>{t('capture.rememberCamera')}</Button>
          </Row>
        </Note>
      ) : null}
      <div className={cx(styles.layout)}>
        <div className={cx(styles.stage)}>
          <video
            ref={video}
            className={cx(settings?.mirrorPreview === true && styles.mirrored)}
            hidden={!live}
            autoPlay
            playsInline
            muted
            aria-label={t('capture.livePicture')}
          />
          {pending ? <img src={pending.url} alt={t('capture.reviewAlt')} /> : null}
          {flash > 0 ? <span key={flash} className={cx(styles.flash)} /> : null}
          {shown ? (
            <span className={cx(styles.resolution)}>
              {together(
                `${showNumber(shown.width)} × ${showNumber(shown.height)}`,
                pending?.camera ?? state.active?.label ?? '',
              )}
            </span>
          ) : null}
          {live || pending ? null : <CameraMessage state={state} onRetry={() => void camera.start()} />}
        </div>
        <div className={cx(styles.side)}>
          {pending ? (
            <Decision />
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
          <Status missing={!aimed ? 'patient' : target.kind === null ? 'kind' : null} />
          <KindChooser fill />
          <Switch checked={row} onChange={setRow} disabled={pending !== null}>
            {t('capture.severalInARow')}
          </Switch>
          <CameraSettings state={state} disabled={pending !== null} onChoose={choose} />
        </div>
        <Filmstrip />
      </div>
    </Page>
  );
}

function Decision() {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.review)}>
      <Button look="primary" large icon={Check} onPress={keepPending} aria-keyshortcuts="Enter">
        {t('capture.keep')}
      </Button>
      <Button large icon={RotateCcw} onPress={retake} aria-keyshortcuts="Escape">
        {t('capture.retake')}
      </Button>
    </div>
  );
}

/** What is still to be said before a picture can be taken, and how many are safe. */
function Status({ missing }: { readonly missing: 'patient' | 'kind' | null }) {
  const { t } = useTranslation();
  const stored = useShots((state) => state.stored);
  return (
    <div role="status" className={cx(styles.status)}>
      {missing ? <p>{t(missing === 'patient' ? 'capture.needPatient' : 'capture.needKind')}</p> : null}
      {stored > 0 ? (
        <p className={cx(styles.count)}>
          <CircleCheck aria-hidden size={20} />
          {t('capture.storedCount', { count: stored, shown: showNumber(stored) })}
        </p>
      ) : null}
    </div>
  );
}
