import type { Handlers } from '@shared/contract';
import type { CourierReading, CourierVerb } from '@shared/contract/courier';
import { FieldboxError } from '@shared/errors';
import type { JobId, RemoteKey } from '@shared/model/ids';
import { parseBoxKey } from '@shared/model/remotes/box-key';
import type { Engine } from '../../archive/engine';
import { type Remote, remotes } from '../../archive/outbox/queue';
import type { OwnBoxKey } from '../box-key-pair';
import { FOLDER_MEMORY } from '../remotes/courier';
import { DriverMemory } from '../remotes/memory';
import { filesToRead, readFiles, type ReadingParts, takeReceipt } from './reading';
import { type Receipt, ReceiptMemory } from './receipts';
import { BUNDLE, isFolder, RECEIPT } from './stick';

export interface CourierParts {
  readonly engine: Engine;
  readonly ownKey: OwnBoxKey;
  readonly secretsProtected: boolean;
  /** Throws NOT_FOUND. */
  readonly require: (remote: RemoteKey) => Remote;
  /** Puts what has arrived and is not proven into the queue again. */
  readonly sendAgain: (remote: Remote) => Promise<void>;
  /** Tries at once. */
  readonly wake: (remote: Remote) => void;
  /** Looks at once which receipts have come; ends when all of them were taken in. */
  readonly seekProof: (remote: Remote) => Promise<void>;
  readonly waiting: (remote: Remote) => number;
}

/** How many readings are remembered. */
const KEPT = 50;

/** Carrying images to another Fieldbox (docs/decisions/0021-courier.md). */
export function createCourier(parts: CourierParts): Handlers<CourierVerb> {
  const { engine, ownKey } = parts;
  const { db, jobs } = engine.context;
  const readings = new Map<JobId, CourierReading>();

  const withKey = (key: Uint8Array): readonly Remote[] =>
    remotes(db).filter(({ settings }) => {
      const other = settings.kind === 'courier' ? parseBoxKey(settings.recipient) : null;
      return other !== null && Buffer.from(other).equals(key);
    });

  const take = async (receipt: Receipt): Promise<void> => {
    for (const remote of withKey(receipt.from)) {
      new ReceiptMemory(new DriverMemory(db, remote.remote)).keep(receipt);
      await parts.seekProof(remote);
    }
  };

  const readingParts = async (): Promise<ReadingParts> => ({
    engine,
    own: await ownKey.get(),
    nameOf: (key) => withKey(key)[0]?.name ?? null,
    take,
  });

  return {
    'courier.identity': async () => ({ key: await ownKey.text(), secretsProtected: parts.secretsProtected }),
    'courier.write': async ({ remote, folder, again }) => {
      const target = parts.require(remote);
      if (target.settings.kind !== 'courier') throw new FieldboxError('REMOTE_CANNOT');
      if (folder !== undefined) {
        if (!(await isFolder(folder))) throw new FieldboxError('COURIER_NO_STICK');
        new DriverMemory(db, remote).remember(FOLDER_MEMORY, folder);
      }
      if (again) await parts.sendAgain(target);
      parts.wake(target);
      return { waiting: parts.waiting(target) };
    },
    'courier.read': async ({ path, receipts }) => {
      const paths = await filesToRead(path, BUNDLE, RECEIPT);
      if (receipts !== undefined && !(await isFolder(receipts))) throw new FieldboxError('COURIER_NO_STICK');
      const reading = await readingParts();
      const report: CourierReading = { running: true, bundles: [], receipts: [] };
      const job = jobs.start('import', async (handle) => {
        try {
          await readFiles(reading, paths, receipts ?? null, handle, report);
        } finally {
          report.running = false;
        }
      });
      readings.set(job, report);
      for (const old of [...readings.keys()].slice(0, -KEPT)) readings.delete(old);
      return { job };
    },
    'courier.reading': async ({ job }) => {
      const report = readings.get(job);
      if (!report) throw new FieldboxError('NOT_FOUND', { what: job });
      return Promise.resolve({ ...report, bundles: [...report.bundles], receipts: [...report.receipts] });
    },
    'courier.receipts': async ({ path }) => {
      const paths = await filesToRead(path, RECEIPT);
      const reading = await readingParts();
      const found = [];
      for (const file of paths) found.push(await takeReceipt(reading, file));
      return { receipts: found.filter((each) => each !== null) };
    },
  };
}
