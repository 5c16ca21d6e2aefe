import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { SHORTCUTS, type CommandId } from '../data/commands';
import type { WordKey } from '../i18n/en';
import { useParts, useViewer } from './context';
import { useSay } from './words';
import styles from './help.module.css';

type Entry = readonly [CommandId, WordKey];

const SECTIONS: readonly { readonly title: WordKey; readonly entries: readonly Entry[] }[] = [
  {
    title: 'help.tools',
    entries: [
      ['toolWindow', 'tool.window'],
      ['toolPan', 'tool.pan'],
      ['toolZoom', 'tool.zoom'],
      ['toolLength', 'tool.length'],
      ['toolMagnifier', 'tool.magnifier'],
      ['deleteLine', 'action.deleteLine'],
    ],
  },
  {
    title: 'help.view',
    entries: [
      ['invert', 'action.invert'],
      ['fit', 'action.fit'],
      ['oneToOne', 'action.oneToOne'],
      ['zoomIn', 'action.zoomIn'],
      ['zoomOut', 'action.zoomOut'],
      ['rotateRight', 'action.rotateRight'],
      ['rotateLeft', 'action.rotateLeft'],
      ['flipHorizontal', 'action.flipHorizontal'],
      ['flipVertical', 'action.flipVertical'],
      ['panLeft', 'action.panLeft'],
      ['panRight', 'action.panRight'],
      ['panUp', 'action.panUp'],
      ['panDown', 'action.panDown'],
      ['smooth', 'action.smooth'],
      ['reset', 'action.reset'],
    ],
  },
  {
    title: 'help.scroll',
    entries: [
      ['previous', 'action.previous'],
      ['next', 'action.next'],
      ['tenBack', 'action.tenBack'],
      ['tenOn', 'action.tenOn'],
      ['first', 'action.first'],
      ['last', 'action.last'],
      ['play', 'action.play'],
      ['slower', 'action.slower'],
      ['faster', 'action.faster'],
    ],
  },
  {
    title: 'help.rest',
    entries: [
      ['overlay', 'action.overlay'],
      ['tags', 'action.tags'],
      ['help', 'action.help'],
      ['close', 'close'],
    ],
  },
];

const MOUSE = [
  ['help.leftDrag', 'help.leftDragDoes'],
  ['help.middleDrag', 'help.middleDragDoes'],
  ['help.rightDrag', 'help.rightDragDoes'],
  ['help.wheel', 'help.wheelDoes'],
  ['help.ctrlWheel', 'help.ctrlWheelDoes'],
  ['help.touch', 'help.touchDoes'],
] as const;

/** The page of keys and mouse. */
export function HelpPage(): ReactElement {
  const { say } = useSay();
  const { store } = useParts();
  const isOpen = useViewer((state) => state.helpOpen);
  const close = (): void => {
    if (store.getState().helpOpen) store.getState().toggle('helpOpen');
  };
  return (
    <ModalOverlay className={styles['shade'] ?? ''} isOpen={isOpen} isDismissable onOpenChange={close}>
      <Modal className={styles['modal'] ?? ''}>
        <Dialog className={styles['page'] ?? ''}>
          <header className={styles['head']}>
            <Heading slot="title">{say('help.title')}</Heading>
            <Button className={styles['close'] ?? ''} aria-label={say('help.close')} onPress={close} autoFocus>
              <X aria-hidden="true" />
            </Button>
          </header>
          <div className={styles['columns']}>
            <section>
              <h3>{say('help.mouse')}</h3>
              <dl>
                {MOUSE.map(([name, does]) => (
                  <div key={name} className={styles['mouse']}>
                    <dt>{say(name)}</dt>
                    <dd>{say(does)}</dd>
                  </div>
                ))}
              </dl>
              <p className={styles['note']}>{say('help.measuring')}</p>
            </section>
            {SECTIONS.map((section) => (
              <section key={section.title}>
                <h3>{say(section.title)}</h3>
                <dl>
                  {section.title === 'help.view' && <Keys keys={['0', '–', '9']} does={say('action.presets')} />}
                  {section.entries.map(([command, word]) => (
                    <Keys key={command} keys={SHORTCUTS[command]} does={say(word)} />
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Keys({ keys, does }: { readonly keys: readonly string[]; readonly does: string }): ReactElement {
  return (
    <div className={styles['keys']}>
      <dt dir="ltr">
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}
