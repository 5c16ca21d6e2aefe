import { describe, expect, it } from 'vitest';
import { patientsOf } from '../../../main/sync/remotes/dicomweb/patients';

/** A server with this many studies, three of each patient. */
function server(count: number, knowsOffset = true) {
  const all = Array.from({ length: count }, (_, number) => ({
    StudyInstanceUID: `2.25.${String(number)}`,
    PatientID: `P${String(Math.floor(number / 3))}`,
    PatientName: 'DOE^JANE',
    StudyDescription: `S${String(number)}`,
  }));
  const asked: number[] = [];
  const studies = ({ offset, limit }: { readonly offset: number; readonly limit: number }) => {
    asked.push(offset);
    return Promise.resolve(knowsOffset ? all.slice(offset, offset + limit) : all.slice(0, limit));
  };
  return { studies, asked };
}

describe('patients of a server that lists studies', () => {
  it('are there once, over pages, without what belongs to a study', async () => {
    const { studies, asked } = server(450);
    const { rows, more } = await patientsOf(studies, 500);
    expect([rows.length, more, asked]).toEqual([150, false, [0, 200, 400]]);
    expect(rows[0]).toEqual({ PatientID: 'P0', PatientName: 'DOE^JANE' });
  });

  it('end at the limit and say that there are more', async () => {
    const { rows, more } = await patientsOf(server(450).studies, 10);
    expect([rows.map(({ PatientID }) => PatientID).slice(-1), more]).toEqual([['P9'], true]);
    expect(await patientsOf(server(30).studies, 10)).toMatchObject({ more: false });
  });

  it('come to an end where the server gives the same page for ever', async () => {
    const { studies, asked } = server(900, false);
    expect((await patientsOf(studies, 500)).rows).toHaveLength(67);
    expect(asked).toEqual([0, 200]);
  });

  it('are of different issuers although their numbers are the same', async () => {
    const studies = () =>
      Promise.resolve([
        { StudyInstanceUID: '1', PatientID: '7', IssuerOfPatientID: 'A' },
        { StudyInstanceUID: '2', PatientID: '7', IssuerOfPatientID: 'B' },
      ]);
    expect((await patientsOf(studies, 5)).rows).toHaveLength(2);
  });
});
