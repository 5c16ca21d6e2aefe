import type { Readable } from 'node:stream';
import type { RemoteTest, TestStep } from '@shared/contract/sync';
import { FieldboxError } from '@shared/errors';
import { parseBoxKey } from '@shared/model/remotes/box-key';
import { noAbilities } from '@shared/model/remotes/content';
import type { SettingsOf } from '@shared/model/remotes/settings';
import type { BoxKeyPair } from '../../box-key-pair';
import { BundleWriter } from '../../courier/bundle-writer';
import type { FileLetter, ImageLetter } from '../../courier/letter-content';
import { readReceipt, ReceiptMemory } from '../../courier/receipts';
import { filesEnding, isFolder, RECEIPT, stickFault } from '../../courier/stick';
import { counted } from '../../http/counted';
import type {
  ItemPlace,
  Outgoing,
  ProofOutcome,
  RemoteConnection,
  RemoteDriver,
  SendHooks,
  SendOutcome,
  Surroundings,
  Trouble,
} from '../remote';

/** Where the stick is now, when a person has named a folder: a name in the driver's memory. */
export const FOLDER_MEMORY = 'folder';

/** A stick that is carried to another Fieldbox (docs/decisions/0021-courier.md): an image has arrived when it is on the stick, and is proven when the receipt has come back. */
export const courierDriver: RemoteDriver<'courier'> = {
  kind: 'courier',
  proofs: () => ['receipt'],
  secrets: () => [],
  parallel: 1,
  abilities: { ...noAbilities, takesFiles: true },
  mistake: ({ recipient }) => (parseBoxKey(recipient) === null ? 'COURIER_KEY' : null),
  connect: (settings, surroundings) => new CourierConnection(settings, surroundings),
};

class CourierConnection implements RemoteConnection {
  private readonly receipts: ReceiptMemory;
  private bundle: BundleWriter | null = null;

  constructor(
    private readonly settings: SettingsOf<'courier'>,
    private readonly surroundings: Surroundings,
  ) {
    this.receipts = new ReceiptMemory(surroundings);
  }

  async test(): Promise<RemoteTest> {
    const keys = await this.keys();
    const wrong = 'trouble' in keys ? keys.trouble : null;
    const absent = (await this.folder()) === null;
    const isNamed = this.settings.path !== '' || this.surroundings.recall(FOLDER_MEMORY) !== null;
    const steps: TestStep[] = [
      {
        step: 'reach',
        outcome: !absent ? 'passed' : isNamed ? 'failed' : 'skipped',
        fault: absent && isNamed ? { code: 'COURIER_NO_STICK', details: {} } : null,
        found: this.settings.path,
      },
      {
        step: 'trust',
        outcome: wrong === null ? 'passed' : 'failed',
        fault: wrong === null ? null : { code: wrong.code, details: { ...wrong.details } },
        found: this.settings.recipient,
      },
      { step: 'prove', outcome: 'skipped', fault: null, found: '' },
    ];
    return { steps, proofs: wrong === null ? ['receipt'] : [], offeredCertificate: null, warnings: [] };
  }

  async probe(): Promise<Trouble | null> {
    const keys = await this.keys();
    if ('trouble' in keys) return keys.trouble;
    return (await this.folder()) === null ? { code: 'COURIER_NO_STICK' } : null;
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const known = this.receipts.about(item);
    if (known?.refused === null && known.sha256 === item.sha256) return { kind: 'arrived', proof: PROOF };
    this.receipts.forget(item);
    try {
      const keys = await this.keys();
      if ('trouble' in keys) return { kind: 'later', whole: true, trouble: keys.trouble };
      const folder = await this.folder();
      if (folder === null) return { kind: 'later', whole: true, trouble: { code: 'COURIER_NO_STICK' } };
      const bundle = await this.bundleFor(folder, item.number, keys.own, keys.to);
      const body = counted(item.open(), (count) => hooks.progress(count));
      await bundle.append(contentOf(item), stoppable(body, hooks.signal));
      return { kind: 'arrived', proof: null };
    } catch (error) {
      await this.leaveBundle();
      if (error instanceof SourceFault) throw error;
      if (hooks.signal.aborted) return { kind: 'later', whole: true, trouble: { code: 'REMOTE_CUT' } };
      return { kind: 'later', whole: true, trouble: stickFault(error) };
    }
  }

  /** Takes in the receipts that lie where the stick is. */
  async proofCome(): Promise<(item: ItemPlace) => boolean> {
    this.receipts.refresh();
    const keys = await this.keys();
    const folder = await this.folder();
    if (!('trouble' in keys) && folder !== null) {
      for (const path of await filesEnding(folder, RECEIPT).catch(nothingThere)) {
        try {
          const receipt = await readReceipt(path, keys.own, (id) => !this.receipts.isKnown(id));
          if (receipt !== null && Buffer.from(receipt.from).equals(keys.to)) this.receipts.keep(receipt);
        } catch {
          // Damaged, or the stick has gone meanwhile: it is looked at again the next time, and courier.receipts says what is wrong with it.
        }
      }
    }
    return (item) => this.receipts.about(item) !== undefined;
  }

  prove(items: readonly Outgoing[]): Promise<readonly ProofOutcome[]> {
    return Promise.resolve(
      items.map((item): ProofOutcome => {
        const known = this.receipts.about(item);
        if (known === undefined) return { kind: 'unknown' };
        if (known.refused !== null)
          return { kind: 'refused', code: 'COURIER_REFUSED_THERE', details: { why: known.refused } };
        return known.sha256 === item.sha256 ? { kind: 'proven', proof: PROOF } : { kind: 'conflict' };
      }),
    );
  }

  async close(): Promise<void> {
    await this.leaveBundle();
  }

  private async keys(): Promise<{ readonly own: BoxKeyPair; readonly to: Uint8Array } | { readonly trouble: Trouble }> {
    const to = parseBoxKey(this.settings.recipient);
    if (to === null) return { trouble: { code: 'COURIER_KEY', person: true } };
    try {
      const own = await this.surroundings.ownKey();
      if (Buffer.from(to).equals(own.publicKey)) return { trouble: { code: 'COURIER_OWN_KEY', person: true } };
      return { own, to };
    } catch (error) {
      if (!(error instanceof FieldboxError)) throw error;
      return { trouble: { code: error.code, details: error.details, person: true } };
    }
  }

  /** The folder that was named last, if it is there, else the usual one; null when neither is. */
  private async folder(): Promise<string | null> {
    for (const path of [this.surroundings.recall(FOLDER_MEMORY), this.settings.path])
      if (path !== null && path !== '' && (await isFolder(path))) return path;
    return null;
  }

  private async bundleFor(folder: string, transaction: number, own: BoxKeyPair, to: Uint8Array): Promise<BundleWriter> {
    const { bundle } = this;
    if (bundle?.folder === folder && bundle.transaction === transaction) return bundle;
    await this.leaveBundle();
    const opened = await BundleWriter.open(folder, transaction, own, { key: to, name: this.surroundings.name });
    this.bundle = opened;
    return opened;
  }

  private async leaveBundle(): Promise<void> {
    const { bundle } = this;
    this.bundle = null;
    await bundle?.close().catch(() => undefined); // on a stick that was pulled out even closing may fail
  }
}

/** What the letter says of an item. */
function contentOf(item: Outgoing): ImageLetter | FileLetter {
  const { transaction, position, total, bytes, sha256, attached, facts } = item;
  const common = { transaction, position, total, bytes, sha256 };
  if (attached === null) return { kind: 'image', ...common };
  const { PatientID, PatientName, PatientBirthDate, PatientSex } = facts;
  const { IssuerOfPatientID, description, pinned } = attached;
  const patient = { PatientID, IssuerOfPatientID, PatientName, PatientBirthDate, PatientSex };
  return { kind: 'file', ...common, name: facts.fileName, description, pinned, patient };
}

const PROOF = { kind: 'receipt', note: '' } as const;

function nothingThere(): readonly string[] {
  return [];
}

/** The image or file itself cannot be read: nothing that is the stick's fault. */
class SourceFault extends Error {
  override readonly name = 'SourceFault';
}

async function* stoppable(bytes: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const faults: Error[] = [];
  bytes.on('error', (error) => faults.push(error));
  try {
    for await (const part of bytes as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      yield part;
    }
  } catch (error) {
    const [broken] = faults;
    throw broken === undefined ? error : new SourceFault('The image cannot be read.', { cause: broken });
  }
}
