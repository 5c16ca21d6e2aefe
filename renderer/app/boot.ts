import { asFieldboxError } from '@shared/errors';
import { ask, listen } from './api';
import { adoptJobs, jobChanged } from './jobs';
import { navigate, currentRoute } from './router';
import { adoptInfo, adoptSettings, dayIsPicked, refreshStatus, useSession } from './session';
import { sayError } from './toasts';
import { noteChange } from './changes';
import { watchUnsaved } from '../features/capture/unsaved';

/** Starts the window: settings first (so that the right language shows), then the archive, then what is running. */
export async function boot(): Promise<void> {
  try {
    watchUnsaved();
    const settings = await ask('settings.get', {});
    await adoptSettings(settings);
    const info = await ask('app.info', {});
    await adoptInfo(info);
    listen('job.changed', jobChanged);
    listen('catalog.changed', () => noteChange());
    listen('app.changed', (changed) => void adoptInfo(changed).catch(sayError));
    if (info.archive.state === 'open') {
      adoptJobs((await ask('jobs.list', {})).jobs);
      if (!dayIsPicked(settings) && currentRoute().screen === 'patients') navigate({ screen: 'day' });
    }
    window.setInterval(() => {
      if (useSession.getState().info?.archive.state === 'open') void refreshStatus().catch(sayError);
    }, 60_000);
  } catch (thrown) {
    useSession.setState({ ready: true });
    sayError(asFieldboxError(thrown));
  }
}
