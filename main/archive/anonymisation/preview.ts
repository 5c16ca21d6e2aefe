import { setImmediate as pause } from 'node:timers/promises';
import type { Output } from '@shared/contract';
import type { BurnedIn, BurnedInLevel, DeviceGroup } from '@shared/contract/anonymisation';
import type { ExportSelection } from '@shared/contract/release';
import type { EngineContext } from '../context';
import { imagesOf } from '../export/selection';
import { deviceOf, isDocument, riskOf, subjectById } from './images';
import { isKnownDevice, keptAreas } from './masks';

const LEVELS: readonly BurnedInLevel[] = ['certain', 'high', 'some', 'low', 'none'];
/** Pictures of a device that are shown to look at. */
const SAMPLES = 6;
/** Of pictures of unnamed devices each has its own areas, so more of them can be looked at. */
const SAMPLES_UNKNOWN = 200;
/** After so many images other work gets its turn. */
const AT_ONCE = 500;

type Open<T> = { -readonly [K in keyof T]: T[K] };

/** What anonymising a selection would come to: how many, what may have writing in it, from which devices. Throws NOT_FOUND. */
export async function preview(
  ctx: EngineContext,
  selection: ExportSelection,
): Promise<Output<'anonymisation.preview'>> {
  const patients = new Set<string>();
  const risks = new Map<string, BurnedIn & { images: number }>();
  const devices = new Map<string, Open<DeviceGroup>>();
  let [images, alreadyAnonymous, documents] = [0, 0, 0];
  for (const [at, id] of imagesOf(ctx.db, selection).entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await pause();
    const subject = subjectById(ctx.db, id);
    if (!subject) continue;
    if (subject.isAnonymous) {
      alreadyAnonymous += 1;
      continue;
    }
    images += 1;
    patients.add(subject.patient);
    if (isDocument(subject)) documents += 1;
    const risk = riskOf(subject);
    const same = risks.get(`${risk.level} ${risk.reason}`);
    if (same) same.images += 1;
    else risks.set(`${risk.level} ${risk.reason}`, { ...risk, images: 1 });
    const device = deviceOf(subject);
    if (!device) continue;
    const group = groupOf(ctx, devices, device, risk);
    group.images += 1;
    if (rank(risk) < rank(group.risk)) group.risk = risk;
    if (group.samples.length < (group.known ? SAMPLES : SAMPLES_UNKNOWN)) group.samples.push(subject.image);
  }
  const byRank = (a: BurnedIn, b: BurnedIn): number => rank(a) - rank(b);
  return {
    patients: patients.size,
    images,
    alreadyAnonymous,
    documents,
    risks: [...risks.values()].sort(byRank),
    devices: [...devices.values()].sort((a, b) => byRank(a.risk, b.risk)),
  };
}

function groupOf(
  ctx: EngineContext,
  devices: Map<string, Open<DeviceGroup>>,
  device: DeviceGroup['device'],
  risk: BurnedIn,
): Open<DeviceGroup> {
  const name = JSON.stringify(device);
  const known = devices.get(name);
  if (known) return known;
  const { mask, areas } = keptAreas(ctx.db, device);
  const made: Open<DeviceGroup> = {
    device,
    known: isKnownDevice(device),
    images: 0,
    risk,
    mask,
    areas: [...areas],
    samples: [],
  };
  devices.set(name, made);
  return made;
}

function rank({ level }: BurnedIn): number {
  return LEVELS.indexOf(level);
}
