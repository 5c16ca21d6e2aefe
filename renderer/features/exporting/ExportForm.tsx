import {
  Archive,
  FileArchive,
  FolderOpen,
  FolderOutput,
  HardDriveUpload,
  Images,
  Stethoscope,
  Usb,
  UserRound,
  VenetianMask,
  X,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { errorSentence, isErrorCode } from '@shared/errors';
import type { ExportContainer, ExportForm as FormSchema } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { useBasket } from '../../app/exportBasket';
import type { Basket } from '../../app/exportBasket';
import { sexName, showBirth, showBytes, showNumber, together } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { navigate } from '../../app/router';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import type { Option } from '../../components/Choice';
import { Card, ErrorNote, Note, PersonName, Row } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { ProfileChoice } from '../anonymise/ProfileChoice';
import { firstWay, requestOf } from '../anonymise/way';
import { Writing } from '../anonymise/Writing';
import who from '../patient/SimilarPeople.module.css';
import { suggestName, targetIn } from './target';

/** The questions before an export: form, container, place; with what will stay here and what leaves. */
export function ExportForm({ basket }: { readonly basket: Basket }) {
  const { t } = useTranslation();
  const last = useSession((state) => state.settings?.lastExportFolder ?? '');
  const [form, setForm] = useState<z.infer<typeof FormSchema>>('media');
  const [container, setContainer] = useState<z.infer<typeof ExportContainer>>('folder');
  const [chosen, setChosen] = useState<string | null>(null);
  const [other, setOther] = useState('');
  const [busy, setBusy] = useState(false);
  const [anonymous, setAnonymous] = useState(false);
  const [way, setWay] = useState(firstWay);
  const writing = useQuery('anonymisation.preview', anonymous ? { selection: basket } : null);
  const preview = useQuery('export.preview', { selection: basket, form });
  const drives = useQuery('drives.list', {});
  const [name] = useState(() => suggestName());

  const places = new Map<string, Option<string>>();
  for (const drive of drives.data?.rows ?? []) {
    places.set(drive.path, {
      id: drive.path,
      label: drive.label || drive.path,
      icon: drive.removable ? Usb : FolderOutput,
      hint: t('exporting.free', { free: showBytes(drive.freeBytes), total: showBytes(drive.totalBytes) }),
    });
  }
  for (const folder of [last, other]) {
    if (folder !== '' && !places.has(folder)) places.set(folder, { id: folder, label: folder, icon: FolderOpen });
  }
  const needed = preview.data?.bytes ?? 0;
  const stick = (drives.data?.rows ?? []).find((each) => each.removable && each.freeBytes > needed);
  const folder = chosen ?? stick?.path ?? null;
  const drive = (drives.data?.rows ?? []).find((row) => row.path === folder);
  const tooSmall = drive !== undefined && preview.data !== null && drive.freeBytes < preview.data.bytes;
  const nothing = preview.data !== null && preview.data.images === 0;

  const chooseFolder = async (): Promise<void> => {
    try {
      const answer = await ask('dialog.exportTarget', { suggestedName: name });
      if (answer.folder === null) return;
      setOther(answer.folder);
      setChosen(answer.folder);
    } catch (thrown) {
      sayError(thrown);
    }
  };
  const start = async (): Promise<void> => {
    if (folder === null) return;
    setBusy(true);
    try {
      const { exportKey } = await ask('export.start', {
        selection: basket,
        form,
        container,
        target: targetIn(folder, suggestName(), container),
        ...(anonymous && { anonymise: requestOf(way) }),
      });
      await changeSettings({ lastExportFolder: folder });
      useBasket.setState({ basket: null });
      navigate({ screen: 'export', exportKey });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Card title={t('exporting.what')}>
        {preview.error ? <ErrorNote error={preview.error} onRetry={preview.reload} /> : null}
        <OnePatient basket={basket} />
        <p aria-busy={preview.loading}>
          {preview.data
            ? together(
                t('exporting.people', { count: preview.data.patients, shown: showNumber(preview.data.patients) }),
                t('exporting.studies', { count: preview.data.studies, shown: showNumber(preview.data.studies) }),
                t('patients.images', { count: preview.data.images, shown: showNumber(preview.data.images) }),
                showBytes(preview.data.bytes),
              )
            : t('common.loading')}
        </p>
        {preview.data && preview.data.leftOut.length > 0 ? <LeftOut rows={preview.data.leftOut} /> : null}
      </Card>
      <Card title={t('exporting.whose')}>
        <Choices
          label={t('exporting.whose')}
          hideLabel
          cards
          options={[
            { id: 'whole', label: t('exporting.whole'), hint: t('exporting.wholeHint'), icon: UserRound },
            {
              id: 'anonymous',
              label: t('exporting.anonymous'),
              hint: t('exporting.anonymousHint'),
              icon: VenetianMask,
            },
          ]}
          value={anonymous ? 'anonymous' : 'whole'}
          onChange={(choice) => setAnonymous(choice === 'anonymous')}
        />
        <Note tone={anonymous ? 'info' : 'warning'}>
          <p>{anonymous ? t('exporting.anonymousNote') : t('exporting.identifiable')}</p>
        </Note>
        {anonymous ? <ProfileChoice profile={way.profile} onChange={(profile) => setWay({ ...way, profile })} /> : null}
      </Card>
      {anonymous && writing.error ? <ErrorNote error={writing.error} onRetry={writing.reload} /> : null}
      {anonymous && writing.data ? (
        <Writing preview={writing.data} way={way} onChange={setWay} onSaved={writing.reload} />
      ) : null}
      <Card title={t('exporting.how')}>
        <Choices
          label={t('exporting.how')}
          hideLabel
          cards
          options={[
            { id: 'media', label: t('exporting.form.media'), hint: t('exporting.formHint.media'), icon: Stethoscope },
            {
              id: 'originals',
              label: t('exporting.form.originals'),
              hint: t('exporting.formHint.originals'),
              icon: Archive,
            },
            {
              id: 'pictures',
              label: t('exporting.form.pictures'),
              hint: t('exporting.formHint.pictures'),
              icon: Images,
            },
          ]}
          value={form}
          onChange={setForm}
        />
        <Choices
          label={t('exporting.container')}
          options={[
            { id: 'folder', label: t('exporting.folder'), icon: FolderOutput },
            { id: 'zip', label: t('exporting.zip'), icon: FileArchive },
          ]}
          value={container}
          onChange={setContainer}
        />
      </Card>
      <Card title={t('exporting.where')}>
        {drives.error ? <ErrorNote error={drives.error} onRetry={drives.reload} /> : null}
        {places.size > 0 ? (
          <Choices
            label={t('exporting.where')}
            hideLabel
            cards
            options={[...places.values()]}
            value={folder}
            onChange={setChosen}
          />
        ) : null}
        <Row>
          <Button icon={FolderOpen} onPress={() => void chooseFolder()}>
            {t('exporting.chooseFolder')}
          </Button>
          <Button look="quiet" onPress={drives.reload}>
            {t('exporting.lookAgain')}
          </Button>
        </Row>
        {tooSmall ? (
          <Note tone="error">
            <p>{t('exporting.tooSmall')}</p>
          </Note>
        ) : null}
      </Card>
      <Row>
        <Button
          look="primary"
          large
          icon={HardDriveUpload}
          busy={busy}
          isDisabled={folder === null || preview.data === null || nothing || tooSmall}
          onPress={() => void start()}
        >
          {t('exporting.start')}
        </Button>
        <Button large icon={X} onPress={() => useBasket.setState({ basket: null })}>
          {t('common.cancel')}
        </Button>
      </Row>
    </>
  );
}

/** Who it is, when one patient's pictures are to go out: the last chance to see that it is the wrong one. */
function OnePatient({ basket }: { readonly basket: Basket }) {
  const [patient, ...others] = basket.patients ?? [];
  const { data } = useQuery('patients.get', patient === undefined || others.length > 0 ? null : { patient });
  if (!data) return null;
  return (
    <div className={cx(who.row)}>
      <Thumb image={data.headshot} fallback="face" />
      <span className={cx(who.text)}>
        <PersonName value={data.PatientName} />
        <span className={cx(who.why)}>{together(data.PatientID, sexName(data.PatientSex), showBirth(data))}</span>
      </span>
    </div>
  );
}

/** Images that stay here, by reason. */
export function LeftOut({ rows }: { readonly rows: readonly { readonly code: string }[] }) {
  const { t } = useTranslation();
  const byCode = new Map<string, number>();
  for (const { code } of rows) byCode.set(code, (byCode.get(code) ?? 0) + 1);
  return (
    <Note tone="warning">
      <p>
        <strong>{t('exporting.leftOut', { count: rows.length, shown: showNumber(rows.length) })}</strong>
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
