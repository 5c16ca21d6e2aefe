import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../app/cx';
import { IconButton } from './Button';
import styles from './Dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A window over the screen; Escape and a click beside it close it. */
export function Dialog({ title, open, onClose, wide = false, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <ModalOverlay className={cx(styles.overlay)} isOpen={open} onOpenChange={(now) => !now && onClose()} isDismissable>
      <Modal className={cx(styles.modal, wide && styles.wide)}>
        <AriaDialog className={cx(styles.dialog)}>
          <div className={cx(styles.head)}>
            <Heading slot="title" className={cx(styles.title)} level={2}>
              {title}
            </Heading>
            <IconButton icon={X} label={t('common.close')} onPress={onClose} />
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The row of buttons at the end of a dialog or form. */
export function Actions({ children }: { readonly children: ReactNode }) {
  return <div className={cx(styles.actions)}>{children}</div>;
}
