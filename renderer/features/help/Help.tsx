import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { Card, Page } from '../../components/Surface';
import { ShortcutTable } from './ShortcutTable';
import styles from './Help.module.css';

const topics = ['start', 'find', 'register', 'capture', 'import', 'images', 'export', 'safe', 'trouble'] as const;

/** A short guide that needs no internet: one card a task, a few steps each. */
export function Help() {
  const { t } = useTranslation();
  return (
    <Page title={t('help.title')} subtitle={t('help.subtitle')} shape="narrow" reading>
      {topics.map((topic) => (
        <Card key={topic} title={t(`help.topic.${topic}.title`)}>
          <ol className={cx(styles.steps)}>
            <li>{t(`help.topic.${topic}.a`)}</li>
            <li>{t(`help.topic.${topic}.b`)}</li>
            <li>{t(`help.topic.${topic}.c`)}</li>
          </ol>
        </Card>
      ))}
      <Card title={t('help.keys')}>
        <ShortcutTable />
      </Card>
    </Page>
  );
}
