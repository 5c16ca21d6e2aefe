import { networkInterfaces } from 'node:os';
import type { RemotePolicy } from '@shared/model/remotes/settings';

const DAY_MIN = 24 * 60;

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** Milliseconds until the hours of a policy begin; 0 when it is within them or there are none. Local time of this laptop. */
export function untilOpen(hours: RemotePolicy['hours'], now: Date): number {
  if (hours === null) return 0;
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  const minute = now.getHours() * 60 + now.getMinutes();
  const open = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  if (open || from === to) return 0;
  return ((from - minute + DAY_MIN) % DAY_MIN) * 60_000 - now.getSeconds() * 1000;
}

/** Whether a remote may be used by itself now: it is not paused, its hours are open, and this laptop is on its network. */
export function isOpen({ paused, hours, network }: RemotePolicy, now: Date): boolean {
  return !paused && onNetwork(network) && untilOpen(hours, now) === 0;
}

/** Whether this laptop is on the network a policy asks for. */
export function onNetwork(prefix: string | null): boolean {
  if (prefix === null) return true;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address, internal }) => !internal && address.startsWith(prefix)),
  );
}
