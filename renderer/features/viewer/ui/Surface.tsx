import { useEffect, useRef, type ReactElement, type RefObject } from 'react';
import { catalogue, errorSentence } from '@shared/errors';
import { currentLanguage } from '../../../app/i18n';
import { Stage, type Scene } from '../draw/stage';
import { lookOf, linesKey, voiOf, type ViewerState } from '../data/store';
import { useParts, useViewer } from './context';
import { Gestures } from './gestures';
import { Lines } from './Lines';
import { Overlay, usePictureLabel } from './Overlay';
import type { Details } from './useDetails';
import { useSay } from './words';
import { isDocument } from '../data/isDocument';
import { DocumentView } from './DocumentView';
import styles from './surface.module.css';

/** The scene of a state, or null while there is no picture. */
function sceneOf(state: ViewerState): Scene | null {
  const { shown } = state;
  const voi = voiOf(state);
  if (!shown?.frame || !voi || state.size.width === 0) return null;
  const look = lookOf(state);
  return {
    key: linesKey(shown),
    frame: shown.frame,
    voi,
    invert: look.invert,
    view: look.view,
    place: state.size,
    devicePixelRatio: state.devicePixelRatio,
    interacting: state.interacting,
    smooth: state.smooth,
    magnifier: state.magnifier,
  };
}

const DRAWN = ['shown', 'looks', 'ranges', 'size', 'devicePixelRatio', 'interacting', 'smooth', 'magnifier'] as const;

/** The black place with the picture, its data and its measurements. */
export function Surface(props: {
  readonly surface: RefObject<HTMLDivElement | null>;
  readonly details: Details;
}): ReactElement {
  const { surface, details } = props;
  const { store } = useParts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const tool = useViewer((state) => state.tool);
  const label = usePictureLabel(details);

  useEffect(() => {
    const element = surface.current;
    if (!element || !canvas.current) return;
    const stage = new Stage(canvas.current);
    const hands = new Gestures(element, store);
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      store.getState().setSize({ width, height }, window.devicePixelRatio);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    window.addEventListener('resize', measure);
    measure();
    stage.show(sceneOf(store.getState()));
    const unsubscribe = store.subscribe((state, before) => {
      if (DRAWN.some((part) => state[part] !== before[part])) stage.show(sceneOf(state));
    });
    return () => {
      unsubscribe();
      observer.disconnect();
      window.removeEventListener('resize', measure);
      hands.close();
      stage.close();
    };
  }, [surface, store]);

  return (
    <div
      ref={surface}
      className={styles['surface']}
      data-tool={tool}
      tabIndex={0}
      role="application"
      aria-label={label}
    >
      <canvas ref={canvas} className={styles['canvas']} aria-hidden="true" />
      <Lines />
      <Overlay details={details} />
      <Notice />
    </div>
  );
}

/** What stands in the place of a picture that is loading, missing or cannot be shown. */
function Notice(): ReactElement | null {
  const { say } = useSay();
  const { retry } = useParts();
  const shown = useViewer((state) => state.shown);
  const waiting = useViewer((state) => state.shown?.place.position !== state.position);
  const empty = useViewer((state) => state.stack.length === 0);
  if (empty) return <Message title={say('stack.empty')} />;
  if (waiting) {
    return (
      <div className={styles['loading']} role="status">
        <span className={styles['spinner']} aria-hidden="true" />
        <span>{say('stack.loading')}</span>
      </div>
    );
  }
  if (!shown?.error) return null;
  const { error, place } = shown;
  if (isDocument(place.row))
    return <DocumentView key={place.row.image} address={`fieldbox://image/${place.row.image}/document`} />;
  const sentence = errorSentence(error.code, error.details, currentLanguage());
  if (error.code === 'NO_PIXELS') return <Message title={say('stack.noPixels')} text={sentence} />;
  const canHelp = catalogue[error.code].remedy !== 'none';
  return (
    <Message
      title={say('stack.error')}
      text={sentence}
      {...(canHelp && { action: { label: say('action.retry'), run: retry } })}
    />
  );
}

function Message(props: {
  readonly title: string;
  readonly text?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}): ReactElement {
  return (
    <div className={styles['message']} role="status" dir="auto">
      <h2>{props.title}</h2>
      {props.text !== undefined && <p>{props.text}</p>}
      {props.action && (
        <button
          type="button"
          className={styles['plainButton']}
          onClick={props.action.run}
          onPointerDown={(event) => {
            event.stopPropagation();
          }}
        >
          {props.action.label}
        </button>
      )}
    </div>
  );
}
