import { Link2, RefreshCw, Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoxRow } from '@shared/contract/boxes';
import { ask } from '../../app/api';
import { isolate } from '../../app/format';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote, Note } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { AddressText } from './AddressText';
import { useAct } from './useBoxes';

/** As long as the name of a destination may be. */
const LONGEST_NAME = 64;
const LONGEST_ADDRESS = 1000;

interface DialogProps {
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Connects to another box by the address that was given there. */
export function ConnectDialog({ onClose, onChanged }: DialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [tried, setTried] = useState(false);
  const { busy, error, run } = useAct();
  const missing = (text: string): string | undefined =>
    tried && text.trim() === '' ? t('common.required') : undefined;
  const connect = (): void => {
    setTried(true);
    if (name.trim() === '' || url.trim() === '') return;
    run(async () => {
      await ask('boxes.connect', { name, url: url.trim() });
      onChanged();
      onClose();
    });
  };
  return (
    <Dialog title={t('boxes.connect')} open onClose={onClose}>
      <form
        noValidate
        style={{ display: 'grid', gap: 16 }}
        onSubmit={(event) => {
          event.preventDefault();
          connect();
        }}
      >
        <TextField
          label={t('boxes.name')}
          hint={t('boxes.nameHint')}
          value={name}
          onChange={setName}
          error={missing(name)}
          maxLength={LONGEST_NAME}
          autoFocus
        />
        <TextField
          label={t('boxes.address')}
          hint={t('boxes.connectHint')}
          direction="ltr"
          value={url}
          onChange={setUrl}
          error={missing(url)}
          maxLength={LONGEST_ADDRESS}
        />
        {error ? <ErrorNote error={error} /> : null}
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" icon={Link2} type="submit" busy={busy}>
            {t('boxes.connectNow')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

/** Makes an address by which another box reaches this one, and shows it. */
export function GiveDialog({ onClose, onChanged }: DialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [url, setUrl] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const { busy, error, run } = useAct();
  const give = (): void => {
    setTried(true);
    if (name.trim() === '') return;
    run(async () => {
      const given = await ask('boxes.createConnection', { name });
      setUrl(given.url);
      onChanged();
    });
  };
  return (
    <Dialog title={t('boxes.give')} open onClose={onClose}>
      {url === null ? (
        <form
          noValidate
          style={{ display: 'grid', gap: 16 }}
          onSubmit={(event) => {
            event.preventDefault();
            give();
          }}
        >
          <TextField
            label={t('boxes.name')}
            hint={t('boxes.nameHint')}
            value={name}
            onChange={setName}
            error={tried && name.trim() === '' ? t('common.required') : undefined}
            maxLength={LONGEST_NAME}
            autoFocus
          />
          {error ? <ErrorNote error={error} /> : null}
          <Actions>
            <Button onPress={onClose}>{t('common.cancel')}</Button>
            <Button look="primary" icon={Share2} type="submit" busy={busy}>
              {t('boxes.giveNow')}
            </Button>
          </Actions>
        </form>
      ) : (
        <>
          <AddressText url={url} />
          <Actions>
            <Button look="primary" onPress={onClose}>
              {t('common.close')}
            </Button>
          </Actions>
        </>
      )}
    </Dialog>
  );
}

/** The address that was handed to a box, once more, and a new one in its place. */
export function AddressDialog({ box, onClose }: { readonly box: BoxRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const given = useQuery('boxes.address', { remote: box.remote });
  const [renewed, setRenewed] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const { busy, error, run } = useAct();
  const url = renewed ?? given.data?.url ?? null;
  const renew = (): void =>
    run(async () => {
      const anew = await ask('boxes.renewAddress', { remote: box.remote });
      setRenewed(anew.url);
      setAsking(false);
    });
  return (
    <Dialog title={t('boxes.addressFor', { name: isolate(box.name) })} open onClose={onClose}>
      {given.error && renewed === null ? <ErrorNote error={given.error} /> : null}
      {url === null ? null : <AddressText key={url} url={url} />}
      {error ? <ErrorNote error={error} /> : null}
      {asking ? (
        <Note tone="warning">
          <p>{t('boxes.renewWarning')}</p>
        </Note>
      ) : null}
      <Actions>
        {asking ? (
          <>
            <Button onPress={() => setAsking(false)} autoFocus>
              {t('common.cancel')}
            </Button>
            <Button look="danger" icon={RefreshCw} busy={busy} onPress={renew}>
              {t('boxes.renewNow')}
            </Button>
          </>
        ) : (
          <>
            <Button icon={RefreshCw} onPress={() => setAsking(true)}>
              {t('boxes.renew')}
            </Button>
            <Button look="primary" onPress={onClose}>
              {t('common.close')}
            </Button>
          </>
        )}
      </Actions>
    </Dialog>
  );
}
