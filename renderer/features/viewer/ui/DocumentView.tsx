import { useEffect, useRef, useState, type ReactElement } from 'react';
import { asFieldboxError, errorSentence, type FieldboxError } from '@shared/errors';
import { currentLanguage } from '../../../app/i18n';
import { openDocument, type OpenDocument } from '../data/document';
import { useSay } from './words';
import styles from './DocumentView.module.css';

/** Widest page in CSS pixels: lines stay readable and memory bounded. */
const WIDEST = 1100;

/** The pages of a PDF one below the other, drawn when they come into view. */
export function DocumentView({ address }: { readonly address: string }): ReactElement {
  const { say } = useSay();
  const [opened, setOpened] = useState<OpenDocument | null>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const room = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const abort = new AbortController();
    let current: OpenDocument | null = null;
    openDocument(address, abort.signal).then(
      (document) => {
        current = document;
        if (abort.signal.aborted) document.close();
        else setOpened(document);
      },
      (thrown: unknown) => {
        if (!abort.signal.aborted) setError(asFieldboxError(thrown));
      },
    );
    return () => {
      abort.abort();
      current?.close();
    };
  }, [address]);

  // The wheel and the mouse belong to the document here, not to the stack behind it.
  useEffect(() => {
    const element = room.current;
    if (!element) return;
    const keep = (event: Event): void => {
      event.stopPropagation();
    };
    const kinds = ['wheel', 'pointerdown', 'contextmenu'] as const;
    for (const kind of kinds) element.addEventListener(kind, keep);
    return () => {
      for (const kind of kinds) element.removeEventListener(kind, keep);
    };
  }, []);

  return (
    <div
      ref={room}
      className={styles['room']}
      role="document"
      aria-label={say('stack.pdf')}
      tabIndex={0}
      data-testid="viewer-document"
    >
      {error ? <p role="alert">{errorSentence(error.code, error.details, currentLanguage())}</p> : null}
      {!opened && !error ? <p role="status">{say('stack.loading')}</p> : null}
      {opened
        ? Array.from({ length: opened.pages }, (_, index) => (
            <DocumentPage key={index} document={opened} page={index + 1} />
          ))
        : null}
    </div>
  );
}

function DocumentPage({ document, page }: { readonly document: OpenDocument; readonly page: number }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  const { say } = useSay();
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let drawn = false;
    const draw = async (): Promise<void> => {
      const width = Math.min(WIDEST, element.parentElement?.clientWidth ?? WIDEST);
      element.style.inlineSize = `${width}px`;
      element.style.blockSize = `${Math.round(width * (await document.shape(page)))}px`;
      await document.draw(page, element, width);
    };
    const observer = new IntersectionObserver(
      (entries) => {
        if (drawn || !entries.some((entry) => entry.isIntersecting)) return;
        drawn = true;
        draw().catch(() => {
          setFailed(true);
        });
      },
      { rootMargin: '600px' },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [document, page]);
  return (
    <>
      <canvas ref={canvas} className={styles['page']} data-page={page} />
      {failed ? <p role="alert">{say('stack.error')}</p> : null}
    </>
  );
}
