import { CircleCheck, CircleX, Info, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { catalogue, errorSentence } from '@shared/errors';
import type { FieldboxError } from '@shared/errors';
import { cx } from '../app/cx';
import { readName, showNumber } from '../app/format';
import { currentLanguage } from '../app/i18n';
import { Button } from './Button';
import styles from './Surface.module.css';

interface PageProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  /** `narrow` keeps lines of text and forms readable; `fixed` leaves scrolling to what is inside. */
  readonly shape?: 'narrow' | 'fixed' | 'wide';
  /** Only read out: where the way there says the same and the room is needed for something else. */
  readonly hideTitle?: boolean;
  /** A page to read, with nothing on it that takes the focus: it takes it itself, so that keys can scroll it. */
  readonly reading?: boolean;
  readonly children: ReactNode;
}

/** A screen: its heading gets the focus when the screen opens, so that screen readers say where one is. */
export function Page({ title, subtitle, actions, shape = 'wide', ...rest }: PageProps) {
  const { hideTitle = false, reading = false, children } = rest;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Fieldbox`;
    const active = document.activeElement;
    if (!active || active === document.body) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <section
      className={cx(styles.page, shape === 'narrow' && styles.narrow, shape === 'fixed' && styles.fixed)}
      {...(reading ? { tabIndex: 0, role: 'region', 'aria-label': title } : {})}
    >
      <header className={hideTitle ? 'visually-hidden' : cx(styles.header)}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {subtitle === undefined ? null : <p>{subtitle}</p>}
        </div>
        {actions === undefined ? null : <div className={cx(styles.actions)}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** A group on a screen. */
export function Card({ title, children }: { readonly title?: string; readonly children: ReactNode }) {
  return (
    <section className={cx(styles.card)} {...(title === undefined ? {} : { 'aria-label': title })}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </section>
  );
}

export function Row({ children }: { readonly children: ReactNode }) {
  return <div className={cx(styles.row)}>{children}</div>;
}

export function Columns({ children }: { readonly children: ReactNode }) {
  return <div className={cx(styles.columns)}>{children}</div>;
}

interface EmptyProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Nothing here yet, and what to do next. */
export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className={cx(styles.empty)}>
      <Icon aria-hidden size={48} strokeWidth={1.5} />
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {action}
    </div>
  );
}

export type Tone = 'info' | 'success' | 'warning' | 'error';

const toneIcons: Readonly<Record<Tone, LucideIcon>> = {
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  error: CircleX,
};

/** A message inside a screen. Errors and warnings are read out at once. */
export function Note({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const Icon = toneIcons[tone];
  return (
    <div className={cx(styles.note, styles[tone])} role={tone === 'error' || tone === 'warning' ? 'alert' : 'status'}>
      <Icon aria-hidden size={22} />
      <div className={cx(styles.noteBody)}>{children}</div>
    </div>
  );
}

/** An error in words, its number for the helper on the phone, and trying again where that makes sense. */
export function ErrorNote({ error, onRetry }: { readonly error: FieldboxError; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Note tone="error">
      <p>{errorSentence(error.code, error.details, currentLanguage())}</p>
      <p>{t('common.errorNumber', { number: catalogue[error.code].number })}</p>
      {onRetry ? (
        <div>
          <Button onPress={onRetry}>{t('common.retry')}</Button>
        </div>
      ) : null}
    </Note>
  );
}

/** A small mark with a word. */
export function Badge({
  tone,
  icon: Icon,
  children,
}: {
  readonly tone?: Tone;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}) {
  return (
    <span className={cx(styles.badge, tone ? styles[tone] : styles.plain)}>
      {Icon ? <Icon aria-hidden size={16} /> : null}
      {children}
    </span>
  );
}

/** Names and values, in two columns. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={cx(styles.facts)}>
      {rows.map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function FactRow({ name, value }: { readonly name: string; readonly value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** How far something is; without a number it says that it goes on. */
export function Progress({
  label,
  value,
  detail,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly detail?: string;
}) {
  return (
    <ProgressBar
      aria-label={label}
      {...(value === null ? { isIndeterminate: true } : { value })}
      className={cx(styles.progress)}
    >
      <div className={cx(styles.progressHead)}>
        <span>{label}</span>
        <span>{detail ?? (value === null ? '' : `${showNumber(Math.floor(value))} %`)}</span>
      </div>
      <div className={cx(styles.track)}>
        <div
          className={cx(styles.fill, value === null && styles.unknown)}
          style={value === null ? {} : { inlineSize: `${value}%` }}
        />
      </div>
    </ProgressBar>
  );
}

/** A patient's name, with the same name in other letters beside it. */
export function PersonName({ value }: { readonly value: string }) {
  const { t } = useTranslation();
  const { main, other } = readName(value);
  return (
    <span>
      <bdi className={cx(styles.name)}>{main || t('common.noName')}</bdi>
      {other ? <bdi className={cx(styles.other)}>{other}</bdi> : null}
    </span>
  );
}
