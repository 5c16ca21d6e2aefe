import { Component } from 'react';
import type { ReactNode } from 'react';
import { FieldboxError } from '@shared/errors';
import { Button } from '../components/Button';
import { ErrorNote } from '../components/Surface';
import { cx } from './cx';
import { i18n } from './i18n';
import styles from './Shell.module.css';

interface Props {
  readonly children: ReactNode;
  /** When this changes (another screen), the fault of the one before is forgotten. */
  readonly resetKey?: string;
  /** What failed took the whole window, and so does the message. */
  readonly cover?: boolean;
}

interface State {
  readonly fault: unknown;
  readonly failed: boolean;
  readonly resetKey: string | undefined;
}

/** Catches a fault while drawing: the rest of the window stays usable and the archive is not touched by it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { fault: null, failed: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(fault: unknown): Partial<State> {
    return { fault, failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { fault: null, failed: false, resetKey: props.resetKey };
  }

  override componentDidCatch(fault: unknown): void {
    console.error(fault);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className={cx(styles.fault, this.props.cover && styles.cover)}>
        <ErrorNote error={new FieldboxError('INTERNAL', {}, this.state.fault)} />
        <Button onPress={() => window.location.reload()}>{i18n.t('common.reload')}</Button>
      </div>
    );
  }
}
