import { Send, Waypoints, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '@shared/contract';
import { type AttachmentKey, PatientKey, type RemoteKey } from '@shared/model/ids';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import type { Basket } from '../../app/exportBasket';
import { isolate, showBytes, showNumber, together } from '../../app/format';
import { useOutboxQuery } from '../../app/outbox';
import { goBack, navigate } from '../../app/router';
import { emptySendBasket, type FilesToSend } from '../../app/sendBasket';
import { sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Checkbox, Choices } from '../../components/Choice';
import { Card, Empty, ErrorNote, Note, Row } from '../../components/Surface';
import { firstWay, requestOf } from '../anonymise/way';
import { kindIcons } from '../destinations/kinds';
import { LeftOut } from '../exporting/LeftOut';
import { OnePatient } from '../exporting/OnePatient';
import { Whose } from '../exporting/Whose';
import { faultWords } from '../sending/states';
import { FilesChoice } from './FilesChoice';

/** Goes before whatever else waits for the same destination. */
const URGENT = 5;

/** The questions before something is put into the outbox, with what a person should know before answering. */
export function SendForm({ basket: first, files }: { readonly basket: Basket; readonly files: FilesToSend | null }) {
  const { t } = useTranslation();
  const isHere = useIsHere();
  const mayAdd = useMay('remotes.save');
  const remotes = useOutboxQuery('remotes.list', {});
  const [chosen, setChosen] = useState<RemoteKey | null>(null);
  const [anonymous, setAnonymous] = useState(false);
  const [way, setWay] = useState(firstWay);
  const [urgent, setUrgent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [basket, setBasket] = useState(first);
  const [attachments, setAttachments] = useState<readonly AttachmentKey[]>(files?.attachments ?? []);
  const patient = files?.patient ?? onlyPatient(first);
  const rows = remotes.data?.rows ?? [];
  const [only, ...others] = rows;
  const remote = rows.find((row) => row.remote === chosen) ?? (others.length === 0 ? only : undefined);
  const anonymise = anonymous ? requestOf(way) : null;
  const preview = useQuery(
    'outbox.preview',
    remote === undefined
      ? null
      : { selection: basket, attachments: [...attachments], remote: remote.remote, anonymise },
  );

  const leave = (): void => {
    emptySendBasket();
    goBack();
  };
  const send = async (): Promise<void> => {
    if (remote === undefined) return;
    setBusy(true);
    try {
      const { transaction } = await ask('outbox.send', {
        selection: basket,
        attachments: [...attachments],
        remote: remote.remote,
        anonymise,
        priority: urgent ? URGENT : 0,
      });
      emptySendBasket();
      if (isHere.current) navigate({ screen: 'sending', page: 'outbox', item: transaction }, { replace: true });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  if (remotes.data && rows.length === 0) {
    return (
      <Empty
        icon={Waypoints}
        title={t('destinations.empty')}
        action={
          mayAdd ? (
            <Button
              look="primary"
              icon={Waypoints}
              onPress={() => navigate({ screen: 'sending', page: 'destinations', item: 'new' })}
            >
              {t('destinations.add')}
            </Button>
          ) : null
        }
      >
        {mayAdd ? t('destinations.emptyHint') : t('destinations.askAdministrator')}
      </Empty>
    );
  }
  return (
    <>
      <Card title={t('outbox.form.toWhom')}>
        {remotes.error ? <ErrorNote error={remotes.error} onRetry={remotes.reload} /> : null}
        <Choices
          label={t('outbox.form.toWhom')}
          hideLabel
          cards
          options={rows.map((row) => ({
            id: row.remote,
            label: row.name,
            icon: kindIcons[row.settings.kind],
            hint: together(
              t(`destinations.condition.${row.activity.condition}`),
              row.proofs.length === 0 ? t('destinations.cannotProve') : '',
            ),
          }))}
          value={remote?.remote ?? null}
          onChange={setChosen}
        />
      </Card>
      <Card title={t('exporting.what')}>
        <OnePatient basket={patient === undefined ? basket : { patients: [patient] }} />
        {patient === undefined ? null : (
          <FilesChoice
            patient={patient}
            basket={basket}
            onBasket={setBasket}
            chosen={attachments}
            onChoose={setAttachments}
          />
        )}
        {preview.error ? <ErrorNote error={preview.error} onRetry={preview.reload} /> : null}
        {remote === undefined ? <p>{t('outbox.form.firstWhom')}</p> : null}
        {remote !== undefined && preview.data === null && !preview.error ? (
          <p aria-busy>{t('common.loading')}</p>
        ) : null}
        {remote !== undefined && preview.data ? (
          <What preview={preview.data} anonymous={anonymous} remote={remote.name} />
        ) : null}
      </Card>
      <Whose basket={basket} anonymous={anonymous} way={way} onAnonymous={setAnonymous} onWay={setWay} />
      {remote !== undefined && remote.proofs.length === 0 ? (
        <Note tone="warning">
          <p>{t('outbox.form.noProof', { remote: isolate(remote.name) })}</p>
        </Note>
      ) : null}
      <Checkbox checked={urgent} onChange={setUrgent}>
        {t('outbox.form.urgent')}
      </Checkbox>
      <Row>
        <Button
          look="primary"
          large
          icon={Send}
          busy={busy}
          isDisabled={
            remote === undefined ||
            preview.data === null ||
            preview.data.images + preview.data.files === 0 ||
            preview.data.filesRefused !== null
          }
          onPress={() => void send()}
        >
          {t('outbox.form.send')}
        </Button>
        <Button large icon={X} onPress={leave}>
          {t('common.cancel')}
        </Button>
      </Row>
    </>
  );
}

/** The one patient whose pictures were chosen as a whole. */
function onlyPatient({ patients = [] }: Basket): PatientKey | undefined {
  const [one, ...others] = patients;
  return one === undefined || others.length > 0 ? undefined : PatientKey.parse(one);
}

interface WhatProps {
  readonly preview: Output<'outbox.preview'>;
  readonly anonymous: boolean;
  readonly remote: string;
}

function What({ preview, anonymous, remote }: WhatProps) {
  const { t } = useTranslation();
  const { patients, studies, images, files, bytes, leftOut, leftOutFiles, alreadyThere, burnedIn, notAsked } = preview;
  return (
    <>
      <p>
        {together(
          t('exporting.people', { count: patients, shown: showNumber(patients) }),
          images > 0 ? t('exporting.studies', { count: studies, shown: showNumber(studies) }) : '',
          images > 0 || files === 0 ? t('patients.images', { count: images, shown: showNumber(images) }) : '',
          files > 0 ? t('files.count', { count: files, shown: showNumber(files) }) : '',
          showBytes(bytes),
        )}
      </p>
      {alreadyThere > 0 ? (
        <Note tone="info">
          <p>
            {t('outbox.form.alreadyThere', {
              count: alreadyThere,
              shown: showNumber(alreadyThere),
              remote: isolate(remote),
            })}
          </p>
        </Note>
      ) : null}
      {preview.filesRefused === null ? null : (
        <Note tone="error">
          <p>{faultWords({ code: preview.filesRefused, details: {} })}</p>
        </Note>
      )}
      {leftOut.length > 0 ? <LeftOut rows={leftOut} /> : null}
      {leftOutFiles.length > 0 ? <LeftOut rows={leftOutFiles} files /> : null}
      {notAsked > 0 ? (
        <Note tone="warning">
          <p>{t('outbox.form.notAsked', { count: notAsked, shown: showNumber(notAsked) })}</p>
        </Note>
      ) : null}
      {burnedIn.length > 0 ? (
        <Note tone="warning">
          <p>{t('outbox.form.burnedIn', { count: burnedIn.length, shown: showNumber(burnedIn.length) })}</p>
          <p>{anonymous ? t('outbox.form.coverThem') : t('outbox.form.burnedInWhole')}</p>
        </Note>
      ) : null}
    </>
  );
}
