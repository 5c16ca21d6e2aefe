import type { ReactElement } from 'react';
import { linesOf, lookOf } from '../data/store';
import { lengthOf, type Length } from '../math/measure';
import { apply, imageToScreen } from '../math/transform';
import { useViewer } from './context';
import { showMillimetres, showValue } from './numbers';
import { useSay, type Say } from './words';
import styles from './lines.module.css';

/** A length in words, with what it stands on. */
function lengthText(length: Length, say: Say, language: string): string {
  if (length.basis === 'pixels') return say('length.pixels', { value: showValue(Math.round(length.value), language) });
  const value = showMillimetres(length.value, language);
  return length.basis === 'imager' ? say('length.imager', { value }) : value;
}

/** The measured lines over the picture. */
export function Lines(): ReactElement | null {
  const { say, language } = useSay();
  const lines = useViewer(linesOf);
  const selected = useViewer((state) => state.selectedLine);
  const header = useViewer((state) => state.shown?.frame?.header);
  const size = useViewer((state) => state.size);
  const view = useViewer((state) => lookOf(state).view);
  if (!header || lines.length === 0) return null;
  const map = imageToScreen(view, header, size);
  return (
    <svg className={styles['lines']} width={size.width} height={size.height} aria-hidden="true">
      {lines.map((line) => {
        const from = apply(map, line.from);
        const to = apply(map, line.to);
        const text = lengthText(lengthOf(line, header), say, language);
        const right = to.x >= from.x;
        return (
          <g key={line.id} data-selected={line.id === selected || undefined}>
            <line className={styles['lineShade']} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
            <line className={styles['line']} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
            {[from, to].map((tip, index) => (
              <circle key={index} className={styles['grip']} cx={tip.x} cy={tip.y} r={line.id === selected ? 6 : 4} />
            ))}
            <text
              className={styles['lineText']}
              x={to.x + (right ? 12 : -12)}
              y={to.y + 5}
              textAnchor={right ? 'start' : 'end'}
              direction="ltr"
            >
              {text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
