import { asFieldboxError } from '@shared/errors';
import { ask, listen } from './api';
import { adoptAccess, adoptInfo, isIn, useAccess, watchPresence } from './access';
import { jobChanged } from './jobs';
import { adoptSettings, refreshStatus, useSession } from './session';
import { sayError, sayUnasked } from './toasts';
import { noteChange } from './changes';
import { outboxChanged } from './outbox';
import { watchTyping } from './typed';
import { watchUnsaved } from '../features/capture/unsaved';

/** Starts the window: settings first (so that the right language shows), then the archive, then what is running. */
export async function boot(): Promise<void> {
  try {
    watchUnsaved();
    watchTyping();
    watchPresence();
    const settings = await ask('settings.get', {});
    await adoptSettings(settings);
    listen('session.changed', (state) => void adoptAccess(state).catch(sayUnasked));
    const info = await ask('app.info', {});
    await adoptInfo(info);
    listen('job.changed', jobChanged);
    listen('catalog.changed', () => noteChange());
    listen('outbox.changed', outboxChanged);
    listen('app.changed', (changed) => void adoptInfo(changed).catch(sayUnasked));
    window.setInterval(() => {
      const open = useSession.getState().info?.archive.state === 'open';
      if (open && isIn(useAccess.getState().state)) void refreshStatus().catch(sayUnasked);
    }, 60_000);
  } catch (thrown) {
    useSession.setState({ ready: true });
    sayError(asFieldboxError(thrown));
  }
}
