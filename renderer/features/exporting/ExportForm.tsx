import {
  Archive,
  FileArchive,
  FolderOpen,
  FolderOutput,
  HardDriveUpload,
  Images,
  Stethoscope,
  Usb,
  X,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { ExportContainer, ExportForm as FormSchema } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { useBasket } from '../../app/exportBasket';
import type { Basket } from '../../app/exportBasket';
import { showBytes, showNumber, together } from '../../app/format';
import { navigate } from '../../app/router';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import type { Option } from '../../components/Choice';
import { Card, ErrorNote, Note, Row } from '../../components/Surface';
import { firstWay, requestOf } from '../anonymise/way';
import { LeftOut } from './LeftOut';
import { OnePatient } from './OnePatient';
import { suggestName, targetIn } from './target';
import { Whose } from './Whose';

/** The questions before an export: form, container, place; with what will stay here and what leaves. */
export function ExportForm({ basket }: { readonly basket: Basket }) {
  const { t } = useTranslation();
  const last = useSession((state) => state.settings?.lastExportFolder ?? '');
  const [form, setForm] = useState<z.infer<typeof FormSchema>>('media');
  const [container, setContainer] = useState<z.infer<typeof ExportContainer>>('folder');
  const [chosen, setChosen] = useState<string | null>(null);
  const [other, setOther] = useState('');
  const [busy, setBusy] = useState(false);
  const isHere = useIsHere();
  const [anonymous, setAnonymous] = useState(false);
  const [way, setWay] = useState(firstWay);
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
      if (isHere.current) navigate({ screen: 'export', exportKey });
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
      <Whose basket={basket} anonymous={anonymous} way={way} onAnonymous={setAnonymous} onWay={setWay} />
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
