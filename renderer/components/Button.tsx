import type { LucideIcon } from 'lucide-react';
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components';
import type { ButtonProps as AriaButtonProps } from 'react-aria-components';
import { cx } from '../app/cx';
import styles from './Button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'isPending'> {
  readonly look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly large?: boolean;
  readonly icon?: LucideIcon;
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A button with a word on it; while `busy` it keeps its size and cannot be pressed again. */
export function Button({
  look = 'secondary',
  large = false,
  icon: Icon,
  busy = false,
  children,
  onPress,
  type = 'button',
  ...rest
}: ButtonProps) {
  // Not `isPending`: it has the button read out by reference, which says nothing once the screen has changed.
  const press = onPress && !busy ? { onPress } : {};
  return (
    <AriaButton
      {...rest}
      {...press}
      type={busy ? 'button' : type}
      data-busy={busy || undefined}
      className={cx(styles.button, styles[look], large && styles.large)}
    >
      {busy ? <LoaderCircle className={cx(styles.spin)} aria-hidden size={large ? 26 : 20} /> : null}
      {!busy && Icon ? <Icon aria-hidden size={large ? 26 : 20} /> : null}
      <span>{children}</span>
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'aria-label'> {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly look?: 'primary' | 'secondary' | 'quiet' | 'danger';
}

/** A button with only a picture; its name is read out and shown when pointed at. */
export function IconButton({ label, icon: Icon, look = 'quiet', ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton {...rest} aria-label={label} className={cx(styles.button, styles[look], styles.icon)}>
        <Icon aria-hidden size={22} />
      </AriaButton>
      <Tooltip className={cx(styles.tip)} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
