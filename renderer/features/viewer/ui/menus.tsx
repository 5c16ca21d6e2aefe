import { ChevronDown, Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, Keyboard, Menu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components';
import { cx } from '../../../app/cx';
import { SHORTCUTS } from '../data/commands';
import { linesOf, lookOf } from '../data/store';
import { windowChoices, type WindowChoice } from '../math/presets';
import { useParts, useViewer } from './context';
import { showCount, showValue } from './numbers';
import { perform } from './useKeys';
import { useSay, type Say } from './words';
import dark from './dark.module.css';
import styles from './tools.module.css';

function choiceName(choice: WindowChoice, say: Say, language: string): string {
  if ('index' in choice) {
    if (choice.label) return say('preset.file', { label: choice.label });
    return say('preset.fileNumber', { number: showCount(choice.index + 1, language) });
  }
  return say(`preset.${choice.id}`);
}

/** The windows to choose from; the button says which is on. */
export function WindowMenu(): ReactElement {
  const { say, language } = useSay();
  const { store } = useParts();
  const header = useViewer((state) => state.shown?.frame?.header);
  const modality = useViewer((state) => state.shown?.place.row.Modality ?? '');
  const setting = useViewer((state) => lookOf(state).window);
  const choices = header ? windowChoices(header, modality) : [];
  const current =
    setting.type === 'default' ? 'default' : setting.type === 'file' ? `file-${setting.index}` : setting.choice;
  const chosen = choices.find((choice) => choice.id === current);
  const name = chosen
    ? choiceName(chosen, say, language)
    : say(setting.type === 'fixed' ? 'preset.manual' : 'preset.default');
  return (
    <MenuTrigger>
      <Button
        className={styles['menuButton'] ?? ''}
        aria-label={`${say('preset.menu')}: ${name}`}
        isDisabled={choices.length === 0}
      >
        <span className={styles['menuName']}>{name}</span>
        <ChevronDown aria-hidden="true" />
      </Button>
      <Popover className={cx(dark['dark'], styles['popover'])} placement="bottom start">
        <Menu
          className={styles['menu'] ?? ''}
          aria-label={say('preset.menu')}
          selectionMode="single"
          selectedKeys={chosen ? [chosen.id] : []}
          onAction={(key) => {
            const choice = choices.find((candidate) => candidate.id === key);
            if (choice) store.getState().choose(choice);
          }}
        >
          {choices.map((choice) => (
            <MenuItem
              key={choice.id}
              id={choice.id}
              className={styles['menuItem'] ?? ''}
              textValue={choiceName(choice, say, language)}
            >
              <Text slot="label">{choiceName(choice, say, language)}</Text>
              {'center' in choice && (
                <Text slot="description">
                  {say('overlay.window', {
                    width: showValue(choice.width, language),
                    center: showValue(choice.center, language),
                  })}
                </Text>
              )}
              {choice.key !== '' && <Keyboard>{choice.key}</Keyboard>}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** What is used less. */
export function MoreMenu(): ReactElement {
  const { say } = useSay();
  const { store, close } = useParts();
  const smooth = useViewer((state) => state.smooth);
  const tool = useViewer((state) => state.tool);
  const hasLines = useViewer((state) => linesOf(state).length > 0);
  const hasSelected = useViewer((state) => state.selectedLine !== null);
  const entries = [
    { id: 'toolMagnifier', label: say('tool.magnifier'), isOn: tool === 'magnifier', enabled: true },
    { id: 'smooth', label: say('action.smooth'), isOn: smooth, enabled: true },
    { id: 'deleteLine', label: say('action.deleteLine'), isOn: false, enabled: hasSelected },
  ] as const;
  return (
    <MenuTrigger>
      <Button className={styles['tool'] ?? ''} aria-label={say('action.more')}>
        <Ellipsis aria-hidden="true" />
      </Button>
      <Popover className={cx(dark['dark'], styles['popover'])} placement="bottom end">
        <Menu
          className={styles['menu'] ?? ''}
          aria-label={say('action.more')}
          selectionMode="multiple"
          selectedKeys={entries.filter((entry) => entry.isOn).map((entry) => entry.id)}
          disabledKeys={[
            ...entries.filter((entry) => !entry.enabled).map((entry) => entry.id),
            ...(hasLines ? [] : ['clearLines']),
          ]}
          onAction={(key) => {
            const entry = entries.find((candidate) => candidate.id === key);
            if (entry) perform({ id: entry.id }, store.getState(), close);
            else store.getState().removeLine(null);
          }}
        >
          {entries.map((entry) => (
            <MenuItem key={entry.id} id={entry.id} className={styles['menuItem'] ?? ''} textValue={entry.label}>
              <Text slot="label">{entry.label}</Text>
              <Keyboard>{SHORTCUTS[entry.id].join(' ')}</Keyboard>
            </MenuItem>
          ))}
          <MenuItem id="clearLines" className={styles['menuItem'] ?? ''} textValue={say('action.clearLines')}>
            <Text slot="label">{say('action.clearLines')}</Text>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
