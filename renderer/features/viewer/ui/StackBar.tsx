import { Minus, Pause, Play, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button, Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { SHORTCUTS } from '../data/commands';
import { rateOf } from '../data/store';
import { useParts, useViewer } from './context';
import { showCount, showValue } from './numbers';
import { Hinted } from './Toolbar';
import { perform } from './useKeys';
import { useSay } from './words';
import styles from './stackBar.module.css';
import tools from './tools.module.css';

/** Slider over all images and frames, and the controls of cine. Nothing if there is only one picture. */
export function StackBar(): ReactElement | null {
  const { say, language } = useSay();
  const { store } = useParts();
  const length = useViewer((state) => state.stack.length);
  const position = useViewer((state) => state.position);
  if (length <= 1) return null;
  const number = (value: number): string => showCount(value, language);
  return (
    <div className={styles['stackBar']}>
      <Cine />
      <Slider
        className={styles['slider'] ?? ''}
        aria-label={say('stack.slider')}
        minValue={1}
        maxValue={length}
        value={position + 1}
        formatOptions={{ useGrouping: false }}
        onChange={(value) => {
          store.getState().goTo(value - 1);
        }}
      >
        <SliderTrack className={styles['track'] ?? ''}>
          <SliderThumb className={styles['thumb'] ?? ''} />
        </SliderTrack>
      </Slider>
      <span className={styles['count']} dir="ltr" data-testid="viewer-position">
        {say('stack.count', { number: number(position + 1), total: number(length) })}
      </span>
    </div>
  );
}

function Cine(): ReactElement | null {
  const { say, language } = useSay();
  const { store, close } = useParts();
  const playing = useViewer((state) => state.playing);
  const rate = useViewer(rateOf);
  const canPlay = useViewer((state) => {
    const loop = state.stack.loopAround(state.position);
    return loop.to > loop.from;
  });
  if (!canPlay) return null;
  const run = (id: 'play' | 'slower' | 'faster') => () => {
    perform({ id }, store.getState(), close);
  };
  const Icon = playing ? Pause : Play;
  const label = say(playing ? 'action.pause' : 'action.play');
  return (
    <>
      <Hinted label={label} keys={SHORTCUTS.play}>
        <Button className={tools['tool'] ?? ''} aria-label={label} onPress={run('play')}>
          <Icon aria-hidden="true" />
        </Button>
      </Hinted>
      <Hinted label={say('action.slower')} keys={SHORTCUTS.slower}>
        <Button className={tools['tool'] ?? ''} aria-label={say('action.slower')} onPress={run('slower')}>
          <Minus aria-hidden="true" />
        </Button>
      </Hinted>
      <span className={styles['rate']} data-testid="viewer-rate">
        {say('stack.rate', { rate: showValue(rate, language) })}
      </span>
      <Hinted label={say('action.faster')} keys={SHORTCUTS.faster}>
        <Button className={tools['tool'] ?? ''} aria-label={say('action.faster')} onPress={run('faster')}>
          <Plus aria-hidden="true" />
        </Button>
      </Hinted>
    </>
  );
}
