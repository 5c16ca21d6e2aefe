import { useTranslation } from 'react-i18next';
import { useSession } from '../../app/session';
import { Card, Facts } from '../../components/Surface';

/** What Fieldbox is made of besides its own code, with the licences. */
const parts: readonly (readonly [string, string])[] = [
  ['Electron, Chromium, Node.js', 'MIT, BSD-3-Clause'],
  ['React, zustand, i18next, TanStack Virtual, zod', 'MIT'],
  ['React Aria, PDF.js', 'Apache-2.0'],
  ['Lucide', 'ISC'],
  ['better-sqlite3, SQLite', 'MIT, public domain'],
  ['sharp, libvips', 'Apache-2.0, LGPL-3.0-or-later'],
  ['libheif, libde265', 'LGPL-3.0-or-later'],
  ['CharLS, OpenJPEG, OpenJPH, libjpeg-turbo', 'BSD'],
  ['dicom-character-set, pino, yauzl, yazl', 'MIT'],
];

/** Version and licences. */
export function About() {
  const { t } = useTranslation();
  const info = useSession((state) => state.info);
  return (
    <Card title={t('settings.about')}>
      <Facts
        rows={[
          ['Fieldbox', `${info?.version ?? ''} (Apache-2.0)`],
          ['Electron', info?.electron ?? ''],
          [t('settings.system'), info?.platform ?? ''],
        ]}
      />
      <p>{t('settings.notDevice')}</p>
      <h3>{t('settings.licences')}</h3>
      <Facts rows={parts} />
    </Card>
  );
}
