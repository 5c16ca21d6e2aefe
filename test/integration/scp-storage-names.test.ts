import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Association } from '../../main/network/association';
import { ServiceUser } from '../../main/network/scu';
import { Status } from '../../main/network/status';
import { ExplicitLE } from '../../main/network/uids';
import { dataSetStart } from '../../main/sync/remotes/dimse/file-parts';
import { allImages } from '../fixtures/archive';
import { instanceBytes, SECONDARY_CAPTURE, uidOf } from '../fixtures/instances';
import { serveArchive } from '../fixtures/scp';

describe('an image whose data set has another UID than its C-STORE says', () => {
  it('is kept, and its sender does not hear that all is well with the one it named', async () => {
    const { engine, server, faults } = await serveArchive(0);
    const association = await Association.request({
      host: '127.0.0.1',
      port: server.port,
      tls: null,
      calledAETitle: 'FIELDBOX',
      callingAETitle: 'KNOWN',
      contexts: [{ id: 1, abstractSyntax: SECONDARY_CAPTURE, transferSyntaxes: [ExplicitLE] }],
    });
    const context = association.contextFor(SECONDARY_CAPTURE);
    if (context === undefined) throw new Error('The context was not accepted.');
    const user = new ServiceUser(association);
    const dataset = Buffer.from(instanceBytes({ seed: 1 }));
    const store = (SOPInstanceUID: string): Promise<number> =>
      user.store(context, {
        SOPClassUID: SECONDARY_CAPTURE,
        SOPInstanceUID,
        dataset: dataset.subarray(dataSetStart(dataset)),
      });
    expect(await store('1.2.3.4')).toBe(Status.StoredOtherThanNamed);
    const images = await allImages(engine);
    expect(images.map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual([uidOf('instance 1')]);
    const [image] = images;
    if (image === undefined) throw new Error('It is here.');
    const file = readFileSync(engine.context.objects.path(image.image));
    expect(file.subarray(dataSetStart(file)).equals(dataset.subarray(dataSetStart(dataset)))).toBe(true);
    expect(await store(uidOf('instance 1'))).toBe(Status.Success);
    await association.release();
    expect(faults).toEqual([]);
  });
});
