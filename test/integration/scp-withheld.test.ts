import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Tags } from '../../main/dicom/tags';
import { CommandField } from '../../main/network/command';
import { Status } from '../../main/network/status';
import { Services } from '../../main/network/uids';
import type { Consent } from '../../shared/model/vocabulary';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { countsOf, queryCaller, type Heard } from '../fixtures/query-caller';
import { machine, type ServedArchive, serveArchive, startStoreScp } from '../fixtures/scp';

const FAILED_UIDS = 0x00080058;
const uidsIn = ({ data }: Pick<Heard, 'data'>): readonly string[] => data?.strings(FAILED_UIDS) ?? [];

/** What a patient says now about pictures leaving the clinic. */
async function says({ engine }: ServedArchive, PatientID: string, consent: Consent): Promise<void> {
  const person = (await allImages(engine)).find((row) => row.PatientID === PatientID);
  if (person === undefined) throw new Error('The patient is here.');
  const { patient } = person;
  const known = await engine.verbs['patients.get']({ patient });
  await engine.verbs['patients.update']({ patient, changes: { ...known, PatientSex: 'F', consent } });
}

/** SOP Instance UIDs of a patient's images, sorted. */
async function uidsOf({ engine }: ServedArchive, PatientID: string): Promise<readonly string[]> {
  const rows = (await allImages(engine)).filter((row) => row.PatientID === PatientID);
  return rows.map(({ SOPInstanceUID }) => SOPInstanceUID).sort();
}

async function logged({ engine }: ServedArchive) {
  const { rows } = await engine.verbs['log.list']({ limit: 20, text: '', level: 'warning' });
  return rows.map(({ code, details }) => ({ code, details }));
}

/** Asks by C-GET for all images. */
async function got({ server }: ServedArchive) {
  const known = await queryCaller(server, Services.StudyRootGet);
  await known.ask(CommandField.GetRequest);
  const final = await known.final();
  await known.release();
  return final;
}

describe('images that may not leave, of those a machine asks for', () => {
  it('fail and are named, the others are given, and the log has one line', async () => {
    const served = await serveArchive(12); // ten of P0, two of P1
    await says(served, 'P0', 'no');
    const final = await got(served);
    expect(final.command.Status).toBe(Status.SubOperationsWithFailures);
    expect(countsOf(final)).toEqual({ remaining: undefined, completed: 2, failed: 10, warning: 0 });
    expect([...uidsIn(final)].sort()).toEqual(await uidsOf(served, 'P0'));
    expect([...final.images].sort()).toEqual(await uidsOf(served, 'P1'));
    // From the first response on they are counted.
    expect(final.pending.map(countsOf)).toEqual([{ remaining: 1, completed: 1, failed: 10, warning: 0 }]);
    expect(await logged(served)).toEqual([{ code: 'SCP_WITHHELD', details: { AETitle: 'KNOWN', images: 10 } }]);
    expect(served.faults).toEqual([]);
  });

  it('are all of them: the whole is refused, until the patient says yes', async () => {
    const served = await serveArchive(3);
    await says(served, 'P0', 'no');
    const refused = await got(served);
    expect(refused.command.Status).toBe(Status.OutOfResourcesSubOperations);
    expect(countsOf(refused)).toEqual({ remaining: undefined, completed: 0, failed: 3, warning: 0 });
    expect(refused.images).toEqual([]);
    await says(served, 'P0', 'yes');
    const given = await got(served);
    expect(given.command.Status).toBe(Status.Success);
    expect(given.images).toHaveLength(3);
    expect(await logged(served)).toHaveLength(1);
  });

  it('are named to nobody who is not listed them by a C-FIND anyway (decision 37)', async () => {
    const served = await serveArchive(3);
    await says(served, 'P0', 'no');
    const known = await queryCaller(served.server, Services.StudyRootFind);
    await known.ask(CommandField.FindRequest);
    const { pending } = await known.final();
    const listed = pending.map(({ data }) => data?.string(Tags.SOPInstanceUID) ?? '');
    expect(listed.sort()).toEqual([...uidsIn(await got(served))].sort());
    await served.server.close();

    const unknown = await serveArchive(3, { peers: [] });
    await says(unknown, 'P0', 'no');
    const stranger = await got(unknown);
    expect(stranger.command.Status).toBe(Status.NotAuthorized);
    expect(countsOf(stranger)).toEqual({
      remaining: undefined,
      completed: undefined,
      failed: undefined,
      warning: undefined,
    });
    expect(stranger.data).toBeNull();
    expect(await logged(unknown)).toEqual([]);
  });

  it('are those too of which the file is gone', async () => {
    const served = await serveArchive(3);
    const [image] = await allImages(served.engine);
    if (image === undefined) throw new Error('Images are here.');
    rmSync(served.engine.context.objects.path(image.image));
    const final = await got(served);
    expect(countsOf(final)).toEqual({ remaining: undefined, completed: 2, failed: 1, warning: 0 });
    expect(uidsIn(final)).toEqual([image.SOPInstanceUID]);
  });

  it('are named to movescu, and nothing of them reaches the destination', async () => {
    const { port, folder: there } = await startStoreScp(join(temporaryFolder(), 'there'));
    const served = await serveArchive(12, { peers: [machine({ port })] });
    await says(served, 'P0', 'no');
    const keys = ['-k', 'QueryRetrieveLevel=STUDY', '-k', 'PatientName=name*'];
    const said = await served.tool('movescu', '-d', '-S', '-aem', 'KNOWN', ...keys, '');
    const last = (what: RegExp): string => [...said.matchAll(what)].at(-1)?.[1] ?? '';
    expect(last(/DIMSE Status *: (0x[0-9a-f]{4})/g)).toBe('0xb000');
    expect(last(/Completed Suboperations *: (\d+)/g)).toBe('2');
    expect(last(/Failed Suboperations *: (\d+)/g)).toBe('10');
    expect(said).toMatch(/, *10 FailedSOPInstanceUIDList/);
    expect(readdirSync(there)).toHaveLength(2);
    expect(served.faults).toEqual([]);
  });
});
