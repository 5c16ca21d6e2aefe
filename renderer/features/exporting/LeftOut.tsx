import { useTranslation } from 'react-i18next';
import { errorSentence, isErrorCode } from '@shared/errors';
import { showNumber } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { Note } from '../../components/Surface';

interface Props {
  readonly rows: readonly { readonly code: string }[];
  /** They are attached files, and no images. */
  readonly files?: boolean;
}

/** Images or files that stay here, by reason. */
export function LeftOut({ rows, files = false }: Props) {
  const { t } = useTranslation();
  const byCode = new Map<string, number>();
  for (const { code } of rows) byCode.set(code, (byCode.get(code) ?? 0) + 1);
  return (
    <Note tone="warning">
      <p>
        <strong>
          {t(files ? 'outbox.form.filesLeftOut' : 'exporting.leftOut', {
            count: rows.length,
            shown: showNumber(rows.length),
          })}
        </strong>
      </p>
      <ul>
        {[...byCode].map(([code, count]) => (
          <li key={code}>
            {showNumber(count)}:{' '}
            {isErrorCode(code) ? errorSentence(code, {}, currentLanguage()) : t('importing.unknownReason')}
          </li>
        ))}
      </ul>
    </Note>
  );
}
