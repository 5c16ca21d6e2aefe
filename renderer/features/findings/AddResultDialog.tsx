import { FileInput } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '@shared/contract';
import type { SeriesRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Columns, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from './Findings.module.css';

type Kind = 'number' | 'text' | 'file';

/** Enters what an algorithm found elsewhere: a score typed off a box, or the files it gave. */
export function AddResultDialog({ series, onClose }: { readonly series: SeriesRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [facts, setFacts] = useState({ type: 'cad4tb', name: '', algorithm: '', product: '', version: '' });
  const [threshold, setThreshold] = useState('');
  const [kind, setKind] = useState<Kind>('number');
  const [typed, setTyped] = useState('');
  const [path, setPath] = useState('');
  const [busy, setBusy] = useState(false);
  const field = (name: keyof typeof facts, hint?: string) => (
    <TextField
      label={t(`findings.${name}`)}
      value={facts[name]}
      onChange={(value) => setFacts({ ...facts, [name]: value })}
      maxLength={name === 'type' ? 32 : 64}
      {...(hint !== undefined && { hint })}
    />
  );
  const limit = threshold.trim() === '' ? null : numberOf(threshold);
  const value = valueOf(kind, typed, path);
  const complete = value !== null && facts.name.trim() !== '' && facts.type.trim() !== '' && limit !== undefined;
  const add = async (): Promise<void> => {
    if (!complete) return;
    setBusy(true);
    try {
      const algorithm = facts.algorithm.trim() === '' ? facts.name : facts.algorithm;
      await ask('results.add', { series: series.seriesKey, ...facts, algorithm, threshold: limit, value });
      onClose();
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('findings.addResult')} open onClose={onClose} wide>
      <Columns>
        {field('name')}
        {field('type')}
      </Columns>
      <Choices
        label={t('findings.kind')}
        options={(['number', 'text', 'file'] as const).map((id) => ({ id, label: t(`findings.${id}`) }))}
        value={kind}
        onChange={setKind}
      />
      {kind === 'number' ? (
        <Columns>
          <TextField
            label={t('findings.number')}
            value={typed}
            onChange={setTyped}
            direction="ltr"
            error={wrongNumber(typed, t('findings.notANumber'))}
          />
          <TextField
            label={t('findings.threshold')}
            value={threshold}
            onChange={setThreshold}
            direction="ltr"
            error={wrongNumber(threshold, t('findings.notANumber'))}
          />
        </Columns>
      ) : null}
      {kind === 'text' ? (
        <TextField label={t('findings.text')} value={typed} onChange={setTyped} maxLength={20_000} lines />
      ) : null}
      {kind === 'file' ? (
        <Row>
          <Button
            icon={FileInput}
            onPress={() => {
              ask('dialog.openFiles', {}).then(({ paths }) => setPath(paths[0] ?? path), sayError);
            }}
          >
            {t('findings.chooseFile')}
          </Button>
          <bdi className={cx(styles.long)}>{path}</bdi>
        </Row>
      ) : null}
      <Columns>
        {field('algorithm')}
        {field('product')}
        {field('version', t('findings.versionHint'))}
      </Columns>
      <Actions>
        <Button look="primary" busy={busy} isDisabled={!complete} onPress={() => void add()}>
          {t('common.save')}
        </Button>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
      </Actions>
    </Dialog>
  );
}

/** What was typed as a number, with a comma or a point; undefined when it is none. */
function numberOf(text: string): number | undefined {
  const number = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || Number.isNaN(number) ? undefined : number;
}

function wrongNumber(text: string, sentence: string): string | undefined {
  return text.trim() !== '' && numberOf(text) === undefined ? sentence : undefined;
}

function valueOf(kind: Kind, typed: string, path: string): Input<'results.add'>['value'] | null {
  if (kind === 'file') return path === '' ? null : { kind: 'path', path };
  if (kind === 'text') return typed.trim() === '' ? null : { kind: 'text', text: typed.trim() };
  const number = numberOf(typed);
  return number === undefined ? null : { kind: 'number', number };
}
