import { expect, it } from 'vitest';
import type { ServiceUser } from '../../../main/network/scu';
import { Status } from '../../../main/network/status';
import { Sending, sentAs } from '../../../main/sync/remotes/dimse/sending';
import { DriverMemory } from '../../../main/sync/remotes/memory';
import type { Outgoing, SendOutcome } from '../../../main/sync/remotes/remote';
import { emptyCatalog } from '../../fixtures/catalog';
import { sendHooks } from '../../fixtures/send-hooks';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const JPEG = '1.2.840.10008.1.2.4.70';
const EXPLICIT = '1.2.840.10008.1.2.1';

const settings = {
  kind: 'dimse',
  host: '127.0.0.1',
  port: 104,
  calledAETitle: 'PEER',
  callingAETitle: 'FIELDBOX',
  tls: false,
  certificate: null,
  commitment: false,
  mayTranscode: true,
} as const;

/** Only these of its properties are used by what is tested. */
function image(position: number): Outgoing {
  const held = Buffer.alloc(200);
  const facts = { SOPClassUID: CT, SOPInstanceUID: `1.2.${String(position)}`, TransferSyntaxUID: JPEG };
  const transcoded = (): Promise<Pick<Outgoing, 'held'>> => Promise.resolve({ held });
  return { transaction: 't', position, facts, held, transcoded } as unknown as Outgoing;
}

it('is remembered of an image that went decoded, also by another connection, until it goes as it is stored', async () => {
  const memory = new DriverMemory(emptyCatalog(), null);
  const surroundings = {
    remember: (name: string, value: string | null): void => memory.remember(name, value),
    recall: (name: string) => memory.recall(name),
    remembersAny: (prefix: string) => memory.remembersAny(prefix),
  };
  let takes = EXPLICIT;
  const connect = (): Sending =>
    new Sending(settings, surroundings, (contexts) => {
      const context = { id: 1, abstractSyntax: CT, transferSyntax: takes };
      const association = {
        request: { contexts },
        contextFor: (_: string, syntax: string) => (syntax === takes ? context : undefined),
        plainContextFor: () => context,
      };
      return Promise.resolve({ association, store: () => Promise.resolve(Status.Success) } as unknown as ServiceUser);
    });
  const send = (over: Sending, position: number): Promise<SendOutcome> => over.send(image(position), sendHooks());
  const syntaxes = (): readonly (string | null)[] => [1, 2].map((position) => sentAs(image(position), memory));

  const first = connect();
  await send(first, 1);
  await send(first, 2);
  expect(syntaxes()).toEqual([EXPLICIT, EXPLICIT]);
  takes = JPEG;
  await send(first, 2);
  expect(syntaxes()).toEqual([EXPLICIT, null]);
  await send(connect(), 1);
  expect(syntaxes()).toEqual([null, null]);
});
