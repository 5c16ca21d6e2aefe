import { Pencil, SquareDashed, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceMask } from '@shared/contract/anonymisation';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { modalityName, showInstant, showNumber, together } from '../../app/format';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Badge, Card, Empty, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { Thumb } from '../../components/Thumb';
import { AreaEditor } from './AreaEditor';
import styles from './Anonymise.module.css';

/** The areas that are kept for device models: to look at on a picture of the device, correct, name and remove. */
export function MasksPage() {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('anonymisation.masks', {}, { live: true });
  return (
    <Page title={t('masks.title')} subtitle={t('masks.text')} shape="narrow">
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data?.rows.length === 0 ? (
        <Empty icon={SquareDashed} title={t('masks.empty')}>
          {t('masks.emptyHint')}
        </Empty>
      ) : null}
      {data?.rows.map((row) => (
        <MaskCard key={JSON.stringify(row.device)} row={row} onChanged={reload} />
      ))}
    </Page>
  );
}

interface CardProps {
  readonly row: DeviceMask;
  readonly onChanged: () => void;
}

function makerOf({ device }: DeviceMask): string {
  return [device.Manufacturer, device.ManufacturerModelName].filter(Boolean).join(' ');
}

function MaskCard({ row, onChanged }: CardProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'change' | 'remove' | null>(null);
  const close = (): void => setOpen(null);
  const { device, areas, name, savedAt, samples } = row;
  const [sample] = samples;
  const title = name || makerOf(row);
  const remove = (): void => {
    close();
    ask('anonymisation.removeMask', { device }).then(onChanged, sayError);
  };
  return (
    <Card title={title}>
      <div className={cx(styles.kept)}>
        <span className={cx(styles.small)}>
          <Thumb image={sample ?? null} alt={t('anonymise.lookAt', { device: title })} />
        </span>
        <span className={cx(styles.grow)}>
          {name === '' ? null : <span>{makerOf(row)}</span>}
          <span className={cx(styles.soft)}>
            {together(
              device.Modality === '' ? '' : modalityName(device.Modality),
              t('anonymise.size', { columns: showNumber(device.Columns), rows: showNumber(device.Rows) }),
            )}
          </span>
          <span className={cx(styles.soft)}>{t('masks.saved', { date: showInstant(savedAt) })}</span>
          <span className={cx(styles.badges)}>
            <Badge tone={areas.length === 0 ? 'info' : 'success'}>
              {areas.length === 0
                ? t('anonymise.nothingToCover')
                : t('anonymise.covered', { count: areas.length, shown: showNumber(areas.length) })}
            </Badge>
          </span>
        </span>
      </div>
      <Row>
        <Button icon={Pencil} onPress={() => setOpen('change')}>
          {t('masks.change')}
        </Button>
        <Button look="danger" icon={Trash2} onPress={() => setOpen('remove')}>
          {t('masks.remove')}
        </Button>
      </Row>
      {open === 'change' ? (
        <Change
          row={row}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
          }}
        />
      ) : null}
      <Dialog title={t('masks.removeTitle')} open={open === 'remove'} onClose={close}>
        <p>{t('masks.removeText', { device: title })}</p>
        <Actions>
          <Button onPress={close}>{t('common.cancel')}</Button>
          <Button look="danger" icon={Trash2} onPress={remove}>
            {t('masks.remove')}
          </Button>
        </Actions>
      </Dialog>
    </Card>
  );
}

interface ChangeProps {
  readonly row: DeviceMask;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

function Change({ row, onClose, onSaved }: ChangeProps) {
  const { t } = useTranslation();
  const { device, samples } = row;
  const [name, setName] = useState(row.name);
  const [areas, setAreas] = useState(row.areas);
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask('anonymisation.saveMask', { device, areas, name });
      onSaved();
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('masks.changeTitle')} open onClose={onClose} wide>
      <TextField label={t('masks.name')} hint={makerOf(row)} value={name} onChange={setName} maxLength={64} />
      {samples.length === 0 ? (
        <Note tone="info">
          <p>{t('masks.noPicture')}</p>
        </Note>
      ) : null}
      <AreaEditor
        device={device}
        image={samples[at] ?? null}
        areas={areas}
        onChange={(now) => setAreas([...now])}
        at={at}
        count={samples.length}
        onLook={setAt}
      />
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button look="primary" busy={busy} onPress={() => void save()}>
          {t('common.save')}
        </Button>
      </Actions>
    </Dialog>
  );
}
