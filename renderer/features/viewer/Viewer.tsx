import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { FrameLoader } from './data/frameLoader';
import { isDocument } from './data/isDocument';
import { Session } from './data/session';
import { createViewerStore } from './data/store';
import { frameBudget } from './math/byteCache';
import { useParts, useViewer, ViewerContext, type ViewerParts } from './ui/context';
import { HelpPage } from './ui/HelpPage';
import { StackBar } from './ui/StackBar';
import { Surface } from './ui/Surface';
import { TagsPanel } from './ui/TagsPanel';
import { ViewerToolbar } from './ui/Toolbar';
import { useDetails } from './ui/useDetails';
import { useKeys } from './ui/useKeys';
import { useSay } from './ui/words';
import dark from './ui/dark.module.css';
import styles from './ui/viewer.module.css';

export interface ViewerProps {
  /** What is scrolled through, in order: a series, or any list. Taken when the viewer opens; give a new `key` for another. */
  readonly images: readonly ImageRow[];
  readonly startImage: ImageId;
  /** Whether all data of the image is shown beside it at once. */
  readonly withData?: boolean;
  readonly onClose: () => void;
  /** Told whenever another image is on the screen. */
  readonly onImageChange?: (image: ImageId) => void;
}

/** The viewer, over the whole window. */
export function Viewer(props: ViewerProps): ReactElement {
  const { say } = useSay();
  const parts = useViewerParts(props, true);
  return (
    <ViewerContext value={parts}>
      <ModalOverlay className={cx(dark['dark'], styles['shade'])} isOpen isKeyboardDismissDisabled>
        <Modal className={styles['modal'] ?? ''}>
          <Dialog className={styles['dialog'] ?? ''} aria-label={say('title')}>
            <Room takesFocus />
          </Dialog>
        </Modal>
      </ModalOverlay>
      <HelpPage />
    </ViewerContext>
  );
}

/** The viewer as a part of a screen, beside something else that has the focus. */
export function ViewerPane({ images, startImage }: Pick<ViewerProps, 'images' | 'startImage'>): ReactElement {
  const parts = useViewerParts({ images, startImage, onClose: () => undefined }, false);
  return (
    <ViewerContext value={parts}>
      <div className={cx(dark['dark'], styles['pane'])}>
        <Room takesFocus={false} />
      </div>
      <HelpPage />
    </ViewerContext>
  );
}

/** The state of one viewer, and what loads its pictures for as long as it is there. */
function useViewerParts(
  { images, startImage, withData = false, onClose, onImageChange }: ViewerProps,
  whole: boolean,
): ViewerParts {
  const [store] = useState(() => {
    const made = createViewerStore(images, startImage);
    if (withData) made.getState().toggle('tagsOpen');
    return made;
  });
  const session = useRef<Session | null>(null);
  const told = useRef({ onClose, onImageChange });
  useEffect(() => {
    told.current = { onClose, onImageChange };
  });

  useEffect(() => {
    let last: ImageId | null = null;
    const unsubscribe = store.subscribe(({ shown }) => {
      if (!shown || shown.place.row.image === last) return;
      last = shown.place.row.image;
      told.current.onImageChange?.(last);
    });
    const opened = new Session(store, new FrameLoader(frameBudget(memoryOfMachine())));
    session.current = opened;
    return () => {
      unsubscribe();
      opened.close();
      session.current = null;
    };
  }, [store]);

  return useMemo<ViewerParts>(
    () => ({
      store,
      retry: () => session.current?.retry(),
      close: () => {
        told.current.onClose();
      },
      whole,
    }),
    [store, whole],
  );
}

/** Memory of the machine in GiB, rounded, as Chromium tells it. */
function memoryOfMachine(): number | undefined {
  return 'deviceMemory' in navigator && typeof navigator.deviceMemory === 'number' ? navigator.deviceMemory : undefined;
}

/** Toolbar, picture, panel and slider. */
function Room({ takesFocus }: { readonly takesFocus: boolean }): ReactElement {
  const { store, close } = useParts();
  const details = useDetails();
  const root = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const tagsOpen = useViewer((state) => state.tagsOpen);
  useKeys(root, surface, store, close);
  useEffect(() => {
    if (takesFocus) surface.current?.focus();
  }, [takesFocus]);

  // Where there is nothing to see, the data is what can be read.
  const noPixels = useViewer(
    (state) => state.shown !== null && !state.shown.place.row.hasPixels && !isDocument(state.shown.place.row),
  );
  useEffect(() => {
    if (noPixels && !store.getState().tagsOpen) store.getState().toggle('tagsOpen');
  }, [noPixels, store]);

  return (
    <div ref={root} className={styles['room']} data-testid="viewer">
      <ViewerToolbar />
      <div className={styles['middle']}>
        <Surface surface={surface} details={details} />
        {tagsOpen && <TagsPanel />}
      </div>
      <StackBar />
      <Announcer />
    </div>
  );
}

/** Says to a screen reader where scrolling came to rest. */
function Announcer(): ReactElement {
  const { say } = useSay();
  const place = useViewer((state) => state.shown?.place ?? null);
  const total = useViewer((state) => state.stack.images.length);
  const playing = useViewer((state) => state.playing);
  const [text, setText] = useState('');
  useEffect(() => {
    if (!place || playing) return;
    const timer = window.setTimeout(() => {
      const words = [say('overlay.image', { number: place.index + 1, total })];
      if (place.frames > 1) words.push(say('overlay.frame', { number: place.frame + 1, total: place.frames }));
      setText(words.join(', '));
    }, 500);
    return () => {
      window.clearTimeout(timer);
    };
  }, [place, total, playing, say]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {text}
    </p>
  );
}
