import {
  CircleHelp,
  Contrast,
  FlipHorizontal2,
  FlipVertical2,
  Fullscreen,
  Info,
  List,
  Move,
  RotateCcw,
  RotateCw,
  Ruler,
  SunMoon,
  Undo2,
  X,
  ZoomIn,
  ZoomOut,
  Search,
  type LucideIcon,
} from 'lucide-react';
import { type ReactElement } from 'react';
import { Button, ToggleButton, Toolbar, Tooltip, TooltipTrigger, Group } from 'react-aria-components';
import { cx } from '../../../app/cx';
import { SHORTCUTS, type CommandId } from '../data/commands';
import { lookOf, type ViewerState } from '../data/store';
import type { WordKey } from '../i18n/en';
import { useParts, useViewer } from './context';
import { MoreMenu, WindowMenu } from './menus';
import { perform } from './useKeys';
import { useSay } from './words';
import dark from './dark.module.css';
import styles from './tools.module.css';

interface Tool {
  readonly command: CommandId;
  readonly word: WordKey;
  /** None: what it does is written on it. */
  readonly icon: LucideIcon | null;
  /** Given for what is on or off. */
  readonly isOn?: (state: ViewerState) => boolean;
}

// In this icon set the "horizontal" flip is drawn over a horizontal axis, that is, top to bottom.
const GROUPS: readonly (readonly Tool[])[] = [
  [
    { command: 'toolWindow', word: 'tool.window', icon: SunMoon, isOn: (state) => state.tool === 'window' },
    { command: 'toolPan', word: 'tool.pan', icon: Move, isOn: (state) => state.tool === 'pan' },
    { command: 'toolZoom', word: 'tool.zoom', icon: Search, isOn: (state) => state.tool === 'zoom' },
    { command: 'toolLength', word: 'tool.length', icon: Ruler, isOn: (state) => state.tool === 'length' },
  ],
  [{ command: 'invert', word: 'action.invert', icon: Contrast, isOn: (state) => lookOf(state).invert }],
  [
    { command: 'fit', word: 'action.fit', icon: Fullscreen },
    { command: 'oneToOne', word: 'action.oneToOne', icon: null },
    { command: 'zoomIn', word: 'action.zoomIn', icon: ZoomIn },
    { command: 'zoomOut', word: 'action.zoomOut', icon: ZoomOut },
  ],
  [
    { command: 'rotateLeft', word: 'action.rotateLeft', icon: RotateCcw },
    { command: 'rotateRight', word: 'action.rotateRight', icon: RotateCw },
    { command: 'flipHorizontal', word: 'action.flipHorizontal', icon: FlipVertical2 },
    { command: 'flipVertical', word: 'action.flipVertical', icon: FlipHorizontal2 },
    { command: 'reset', word: 'action.reset', icon: Undo2 },
  ],
  [
    { command: 'overlay', word: 'action.overlay', icon: Info, isOn: (state) => state.overlay },
    { command: 'tags', word: 'action.tags', icon: List, isOn: (state) => state.tagsOpen },
    { command: 'help', word: 'action.help', icon: CircleHelp },
  ],
];

/** The row of buttons above the picture. */
export function ViewerToolbar(): ReactElement {
  const { say } = useSay();
  const { close, whole } = useParts();
  return (
    <Toolbar aria-label={say('toolbar')} className={styles['toolbar'] ?? ''}>
      {whole && (
        <Hinted label={say('close')} keys={SHORTCUTS.close}>
          <Button className={styles['tool'] ?? ''} aria-label={say('close')} onPress={close}>
            <X aria-hidden="true" />
          </Button>
        </Hinted>
      )}
      {GROUPS.map((group, index) => (
        <Group key={index} className={styles['toolGroup'] ?? ''}>
          {index === 1 && <WindowMenu />}
          {group.map((tool) => (
            <ToolButton key={tool.command} tool={tool} />
          ))}
        </Group>
      ))}
      <MoreMenu />
    </Toolbar>
  );
}

function ToolButton({ tool }: { readonly tool: Tool }): ReactElement {
  const { say } = useSay();
  const { store, close } = useParts();
  const isOn = useViewer((state) => tool.isOn?.(state) ?? false);
  const label = say(tool.word);
  const Icon = tool.icon;
  const face = Icon ? (
    <Icon aria-hidden="true" />
  ) : (
    <span className={styles['oneToOne']} dir="ltr" aria-hidden="true">
      1:1
    </span>
  );
  const run = (): void => {
    perform({ id: tool.command }, store.getState(), close);
  };
  return (
    <Hinted label={label} keys={SHORTCUTS[tool.command]}>
      {tool.isOn ? (
        <ToggleButton className={styles['tool'] ?? ''} aria-label={label} isSelected={isOn} onChange={run}>
          {face}
        </ToggleButton>
      ) : (
        <Button className={styles['tool'] ?? ''} aria-label={label} onPress={run}>
          {face}
        </Button>
      )}
    </Hinted>
  );
}

/** A button with its name and key shown when the mouse or the focus rests on it. */
export function Hinted(props: {
  readonly label: string;
  readonly keys: readonly string[];
  readonly children: ReactElement;
}): ReactElement {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      {props.children}
      <Tooltip className={cx(dark['dark'], styles['tooltip'])} offset={6}>
        <span>{props.label}</span>
        {props.keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </Tooltip>
    </TooltipTrigger>
  );
}
