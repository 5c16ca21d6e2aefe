import { describe, expect, it } from 'vitest';
import { displayDate, displayName, patientFolder, studyFolder } from '../../../main/workers/export/labels';

describe('labels', () => {
  it.each([
    ['Doe^Jane', 'Doe, Jane'],
    ['Doe^Jane^Q^Dr^MD', 'Doe MD, Dr Jane Q'],
    ['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada, Tarou'],
    ['=山田^太郎', '山田, 太郎'],
    ['^^=', ''],
    ['Cher', 'Cher'],
  ])('shows %s as %s', (from, to) => expect(displayName(from)).toBe(to));

  it('shows whole dates only', () => {
    expect(displayDate('20261121')).toBe('2026-11-21');
    expect(displayDate('2026')).toBe('');
  });

  it('names folders', () => {
    const patient = { PatientName: 'Doe^Jane', PatientID: '47/11', PatientBirthDate: '', PatientSex: '', studies: [] };
    expect(patientFolder(patient)).toBe('Doe, Jane (47_11)');
    expect(patientFolder({ ...patient, PatientName: '', PatientID: '' })).toBe('no name');
    const long = patientFolder({ ...patient, PatientName: 'x'.repeat(300), PatientID: '1'.repeat(64) });
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(60);
    expect(studyFolder({ StudyInstanceUID: '', StudyDate: '20261121', StudyDescription: '../x', series: [] })).toBe(
      '2026-11-21 .._x',
    );
    expect(studyFolder({ StudyInstanceUID: '', StudyDate: '', StudyDescription: '', series: [] })).toBe('no date');
  });
});
