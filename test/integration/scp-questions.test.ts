import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { uidOf } from '../fixtures/instances';
import { machine, serveArchive, startStoreScp } from '../fixtures/scp';

/** A list of UIDs as a viewer sends it that fetches many images of a study at once (PS3.4 C.2.2.2.2). */
function listOf(uids: readonly string[]): string {
  return [...uids, ...Array.from({ length: 300 }, (_, at) => uidOf(`elsewhere ${String(at)}`))].join('\\');
}

describe('what machines ask and fetch', () => {
  it('may be a long list of UIDs', async () => {
    const { engine, tool, folder, faults } = await serveArchive(12);
    const wanted = (await allImages(engine)).slice(0, 5).map(({ SOPInstanceUID }) => SOPInstanceUID);
    const keys = ['-k', 'QueryRetrieveLevel=IMAGE', '-k', `SOPInstanceUID=${listOf(wanted)}`];
    const found = await tool('findscu', '-S', ...keys, '');
    expect(found.match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(5);
    mkdirSync(join(folder, 'got'));
    await tool('getscu', '-S', '-od', join(folder, 'got'), ...keys, '');
    expect(readdirSync(join(folder, 'got'))).toHaveLength(5);
    expect(faults).toEqual([]);
  });

  it('is said not to fit where a key is longer than any value can be', async () => {
    const { tool, faults } = await serveArchive(1);
    const name = 'a*'.repeat(1000);
    const said = await tool('findscu', '-S', '-k', 'QueryRetrieveLevel=STUDY', '-k', `PatientName=${name}`, '');
    expect(said).toContain('DataSetDoesNotMatchSOPClass');
    expect(await tool('findscu', '-W', '-k', `PatientName=${name}`, '')).toContain('DataSetDoesNotMatchSOPClass');
    expect(faults).toEqual([]);
  });

  it.each([['StudyInstanceUID'], ['StudyInstanceUID=*'], ['PatientName=**']])(
    'is never the whole archive because it names nothing: %s',
    async (key) => {
      const { port, folder: moved } = await startStoreScp(join(temporaryFolder(), 'moved'));
      const { tool, folder } = await serveArchive(12, { peers: [machine({ port })] });
      const query = ['-S', '-k', 'QueryRetrieveLevel=STUDY', '-k', key];
      const said = await tool('movescu', '-aem', 'KNOWN', ...query, '');
      expect(said).toContain('DataSetDoesNotMatchSOPClass');
      mkdirSync(join(folder, 'got'));
      await tool('getscu', '-od', join(folder, 'got'), ...query, '');
      expect([...readdirSync(moved), ...readdirSync(join(folder, 'got'))]).toEqual([]);
      expect(await tool('findscu', ...query, '')).toContain('Find Response: 2 (Pending)');
    },
  );
});
