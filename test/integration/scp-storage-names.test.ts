import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Receiver } from '../../main/archive/ingest/receiver';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { Tags } from '../../main/dicom/tags';
import { part10Header } from '../../main/dicom/writer';
import { Association } from '../../main/network/association';
import { ServiceUser } from '../../main/network/scu';
import { Status } from '../../main/network/status';
import { ExplicitLE } from '../../main/network/uids';
import { dataSetStart } from '../../main/sync/remotes/dimse/file-parts';
import { allImages, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
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
    // PS3.10 7.1: the file meta information names the data set that follows it.
    expect(readDicom(new BufferSource(file)).meta.string(Tags.MediaStorageSOPInstanceUID)).toBe(uidOf('instance 1'));
    expect(await store(uidOf('instance 1'))).toBe(Status.Success);
    // Named as it is, it is the very same file: neither a second one nor a contradiction.
    expect(await allImages(engine)).toEqual(images);
    expect((await engine.verbs['archive.status']({})).counts.conflicts).toBe(0);
    await association.release();
    expect(faults).toEqual([]);
  });

  it.each([
    ['small', 32, [], true],
    ['large', 3_100, [], true],
    ['small and filtered', 32, ['PatientName'], true],
    ['large and filtered', 3_100, ['PatientName'], true],
    ['small and fetched', 32, [], false],
    ['large and fetched', 3_100, [], false],
  ] as const)('is stored under its own name when it is %s and lies on the disk', async (_, side, paths, ours) => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    if (paths.length > 0) {
      const filter = { name: 'no names', list: 'blacklist' as const, paths: [...paths] };
      const { filter: made } = await engine.verbs['tagFilters.create'](filter);
      await engine.verbs['tagFilters.associate']({ filter: made, source: 'scp', sourceRef: '' });
    }
    const right = instanceBytes({ seed: 1, side });
    const from = dataSetStart(Buffer.from(right));
    const named = { SOPClassUID: SECONDARY_CAPTURE, SOPInstanceUID: '1.2.3.4' };
    const header = part10Header({
      sopClassUID: SECONDARY_CAPTURE,
      sopInstanceUID: '1.2.3.4',
      transferSyntaxUID: ExplicitLE,
    });
    const path = join(engine.context.paths.incoming, 'scp-test.part');
    writeFileSync(path, Buffer.concat([header, right.subarray(from)]));
    const receiver = await Receiver.open(engine.context, { source: 'scp', sourceRef: 'A', label: 'A' }, unwatched);
    const { image } = await receiver.take(path, 'a', { ours, named });
    rmSync(path);
    const file = readDicom(new BufferSource(readFileSync(engine.context.objects.path(image))));
    const own = uidOf('instance 1');
    expect(file.meta.string(Tags.MediaStorageSOPInstanceUID)).toBe(own);
    expect([file.dataset.string(Tags.SOPInstanceUID), file.dataset.has(Tags.PatientName)]).toEqual([
      own,
      paths.length === 0,
    ]);
    expect(file.dataset.has(Tags.PixelData)).toBe(true);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
    const report = await engine.verifyNow(true, unwatched);
    expect([report.missing, report.corrupt, report.orphaned]).toEqual([[], [], []]);
  });
});
