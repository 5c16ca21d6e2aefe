import { ChevronDown, ChevronUp, ListRestart, Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { PropertyKind, QueryOperator } from '@shared/contract/query';
import type { Listing } from '@shared/model/vocabulary';
import { cx } from '../../app/cx';
import { useDebounced, useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Choices, Select } from '../../components/Choice';
import { Page } from '../../components/Surface';
import { ImageBrowser } from '../browse/ImageBrowser';
import { FlatSeriesList, PatientLines, SeriesList, StudyList } from '../browse/LevelLists';
import { SourceSelect } from '../sources/SourceSelect';
import { ConditionLine } from './ConditionLine';
import { type Builder, conditionOf, type Line, namedProperties, propertyName, questionFor } from './conditions';
import styles from './Query.module.css';

const firstLine: Line = { id: 0, property: 'PatientName', keyword: '', operator: 'like', value: '' };
const start: Builder = { level: 'image', lines: [firstLine], source: null, sort: null, descending: false };

/** From whom to what, with both kinds of series side by side. */
const levels = ['patient', 'study', 'series', 'flatSeries', 'image'] as const satisfies readonly Listing[];

/** What was put together; stays while other screens are visited. */
const useBuilder = create<Builder>()(() => start);

/** Before the properties of a list are known, and for keywords nobody knows: the answer says what is wrong. */
const anyOperators: readonly QueryOperator[] = ['like', '='];

/** Puts conditions together and shows what fulfils them all. */
export function QueryPage() {
  const { t } = useTranslation();
  const builder = useBuilder();
  const panel = useId();
  const [open, setOpen] = useState(true);
  const [summary, setSummary] = useState(' ');
  const { level, lines } = builder;
  const properties = useQuery('query.properties', { level });
  const known = new Map((properties.data?.rows ?? []).map((row) => [row.property, row]));
  const kindOf = (line: Line): PropertyKind => known.get(propertyName(line))?.kind ?? 'text';
  const conditions = lines.flatMap((line) => conditionOf(line, kindOf(line)) ?? []);
  const settled = useDebounced(JSON.stringify(questionFor(builder, conditions)), 300);
  const question = JSON.parse(settled) as ReturnType<typeof questionFor>;

  const change = (id: number, changes: Partial<Line>): void => {
    const next = lines.map((line) => {
      if (line.id !== id) return line;
      const changed = { ...line, ...changes };
      const fitting = known.get(propertyName(changed))?.operators;
      // Another property may not know the comparison of the one before.
      return fitting && !fitting.includes(changed.operator) ? { ...changed, operator: fitting[0] ?? '=' } : changed;
    });
    useBuilder.setState({ lines: next });
  };
  const add = (): void => {
    const id = Math.max(-1, ...lines.map((line) => line.id)) + 1;
    useBuilder.setState({ lines: [...lines, { ...firstLine, id }] });
  };

  const sortable = namedProperties.filter((name) => known.get(name)?.inRow === true);
  return (
    <Page
      title={t('query.title')}
      subtitle={summary}
      shape="fixed"
      actions={
        <Button
          icon={open ? ChevronUp : ChevronDown}
          onPress={() => setOpen(!open)}
          aria-expanded={open}
          aria-controls={panel}
        >
          {open ? t('query.hide') : t('query.show')}
        </Button>
      }
    >
      <Choices
        label={t('query.level')}
        hideLabel
        options={levels.map((id) => ({ id, label: t(`query.levels.${id}`) }))}
        value={level}
        onChange={(next) => useBuilder.setState({ level: next, sort: null, descending: false })}
      />
      <section id={panel} className={cx(styles.panel)} hidden={!open} aria-label={t('query.conditions')}>
        <ul className={cx(styles.lines)}>
          {lines.map((line, index) => (
            <ConditionLine
              key={line.id}
              line={line}
              number={index + 1}
              kind={kindOf(line)}
              operators={known.get(propertyName(line))?.operators ?? anyOperators}
              onChange={(changes) => change(line.id, changes)}
              onRemove={() => useBuilder.setState({ lines: lines.filter((each) => each.id !== line.id) })}
            />
          ))}
        </ul>
        <div className={cx(styles.rest)}>
          <Button icon={Plus} onPress={add} isDisabled={lines.length >= 20}>
            {t('query.add')}
          </Button>
          <SourceSelect value={builder.source} onChange={(source) => useBuilder.setState({ source })} />
          <Select
            label={t('query.sort')}
            options={[
              { id: 'usual', label: t('query.sortUsual') } as const,
              ...sortable.map((id) => ({ id, label: t(`query.properties.${id}`) })),
            ]}
            value={sortable.find((id) => id === builder.sort) ?? 'usual'}
            onChange={(sort) => useBuilder.setState({ sort: sort === 'usual' ? null : sort })}
          />
          <Button
            onPress={() => useBuilder.setState({ descending: !builder.descending })}
            aria-pressed={builder.descending}
          >
            {builder.descending ? t('query.down') : t('query.up')}
          </Button>
          <Button icon={ListRestart} look="quiet" onPress={() => useBuilder.setState({ ...start, level })}>
            {t('query.clear')}
          </Button>
        </div>
      </section>
      <Results level={level} question={question} onSummary={setSummary} />
    </Page>
  );
}

interface ResultsProps {
  readonly level: Listing;
  readonly question: ReturnType<typeof questionFor>;
  readonly onSummary: (text: string) => void;
}

const ignore = (): void => undefined;

function Results({ level, question, onSummary }: ResultsProps) {
  switch (level) {
    case 'patient':
      return <PatientLines question={question} onSummary={onSummary} />;
    case 'study':
      return <StudyList question={question} onSummary={onSummary} />;
    case 'series':
      return <SeriesList question={question} onSummary={onSummary} />;
    case 'flatSeries':
      return <FlatSeriesList question={question} onSummary={onSummary} />;
    case 'image':
      return (
        <ImageBrowser
          question={question}
          look="grid"
          sort="newest"
          onSort={ignore}
          series={null}
          onSummary={onSummary}
        />
      );
  }
}
