import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contract } from '../../shared/contract';
import { Filter, FindInput } from '../../shared/contract/catalog';
import type { Engine } from '../../main/archive/engine';
import { readDicom } from '../../main/dicom/reader';
import { BufferSource } from '../../main/dicom/buffer-source';
import { DataSetBuilder, writePart10 } from '../../main/dicom/writer';
import { PatientInput } from '../../shared/model/rows';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { EXPLICIT_LE, instanceBytes, SECONDARY_CAPTURE, sha256Of, uidOf } from '../fixtures/instances';

/** An archive with two patients and three images of two series. */
async function filled(): Promise<{ engine: Engine; folder: string }> {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a0'), instanceBytes({ seed: 0, PatientID: 'A', PatientName: 'Abel^Ann' }));
  writeFileSync(join(source, 'a1'), instanceBytes({ seed: 1, PatientID: 'A', PatientName: 'Abel^Ann' }));
  writeFileSync(join(source, 'b'), instanceBytes({ seed: 2, PatientID: 'B', PatientName: 'Baker^Bo' }));
  const engine = await openForTest(join(folder, 'archive'));
  await importInto(engine, [source]);
  return { engine, folder };
}

const bad = (code: string): unknown => expect.objectContaining({ code });

/** Everything that finding keeps in the index, in an order of its own. */
function kept(engine: Engine): unknown {
  const all = (sql: string): unknown[] => engine.context.db.prepare(sql).all();
  return {
    counts: all('SELECT * FROM row_count WHERE rows <> 0 ORDER BY what, source, source_ref'),
    values: all('SELECT property, text, folded FROM value ORDER BY property, text'),
    images: all(
      `SELECT v.property, v.text, i.object FROM image_value AS a JOIN value AS v ON v.id = a.value_id
       JOIN image AS i ON i.id = a.image_id ORDER BY 1, 2, 3`,
    ),
    pieces: all(`SELECT count(*) AS n FROM value_trigram WHERE value_trigram MATCH '"sec"'`),
  };
}

describe('queries of the engine', () => {
  it('answer at every level with rows as the contract says', async () => {
    const { engine } = await filled();
    const totals: Record<string, number> = {};
    for (const level of ['patient', 'study', 'series', 'image', 'flatSeries'] as const) {
      const input = FindInput.parse({ level, where: [{ property: 'PatientID', operator: '=', value: 'A' }] });
      const answer = contract['query.run'].output.parse(await engine.verbs['query.run'](input));
      expect(answer.level).toBe(level);
      totals[level] = answer.total;
    }
    expect(totals).toEqual({ patient: 1, study: 1, series: 1, image: 2, flatSeries: 1 });
    const flat = await engine.verbs['catalog.flatSeries'](FindInput.parse({ level: 'flatSeries', contains: 'bake' }));
    expect(flat.rows.map((row) => [row.PatientID, row.Modality, row.images])).toEqual([['B', 'OT', 1]]);
    expect(await engine.verbs['catalog.counts'](Filter.parse({ text: 'abel' }))).toEqual({
      patients: { total: 1, totalIsExact: true },
      studies: { total: 1, totalIsExact: true },
      series: { total: 1, totalIsExact: true },
      images: { total: 2, totalIsExact: true },
    });
    expect(await engine.verbs['sources.list']({})).toEqual({
      rows: [{ source: 'folder', sourceRef: '', name: null, series: 2, images: 3 }],
    });
    await expect(
      engine.verbs['query.run'](
        FindInput.parse({ level: 'image', where: [{ property: 'Sky', operator: '=', value: 'x' }] }),
      ),
    ).rejects.toEqual(bad('QUERY_PROPERTY_UNKNOWN'));
  });

  it('tell what can be asked for', async () => {
    const { engine } = await filled();
    const { rows } = await engine.verbs['query.properties']({ level: 'series' });
    const find = (property: string) => rows.find((row) => row.property === property);
    expect(find('Modality')).toEqual({
      property: 'Modality',
      level: 'series',
      kind: 'text',
      operators: ['=', '!=', 'like', 'startsWith', 'in', 'exists', 'empty'],
      inRow: true,
    });
    expect(find('StudyDate')).toMatchObject({ level: 'study', kind: 'date', inRow: true });
    expect(find('PatientAge')).toMatchObject({ level: 'image', kind: 'text', inRow: false });
    expect(find('bytes')).toMatchObject({ level: 'image', kind: 'number', inRow: false });
  });

  it('find the images of a patient, a study and a series in one call', async () => {
    const { engine } = await filled();
    const [first] = (await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient' }))).rows;
    const [study] = (
      await engine.verbs['catalog.studies'](FindInput.parse({ level: 'study', patient: first?.patient }))
    ).rows;
    const [series] = (await engine.verbs['catalog.series'](FindInput.parse({ level: 'series', study: study?.study })))
      .rows;
    for (const within of [{ patient: first?.patient }, { study: study?.study }, { series: series?.seriesKey }]) {
      const { rows } = await engine.verbs['catalog.images'](
        FindInput.parse({ level: 'image', ...within, sources: [{ source: 'folder' }] }),
      );
      expect(rows.map((row) => row.PatientID)).toEqual(['A', 'A']);
    }
  });

  it('answer the same after the index was made again', async () => {
    const { engine } = await filled();
    const before = kept(engine);
    expect(before).toMatchObject({
      counts: expect.arrayContaining([{ what: 'image', source: '', source_ref: '', rows: 3 }]) as unknown,
    });
    const { job } = await engine.verbs['archive.rebuild']({});
    expect((await engine.context.jobs.settled(job)).state).toBe('done');
    expect(kept(engine)).toEqual(before);
    const input = FindInput.parse({
      level: 'image',
      where: [{ property: 'PhotometricInterpretation', operator: 'like', value: 'CHROME' }],
    });
    expect((await engine.verbs['query.run'](input)).total).toBe(3);
  });
});

describe('an image', () => {
  it('says what its pixels are like', async () => {
    const { engine } = await filled();
    const row = (await allImages(engine)).find((each) => each.InstanceNumber === '1');
    if (!row) throw new Error('There is no image.');
    const information = await engine.verbs['images.information']({ image: row.image });
    expect(contract['images.information'].output.parse(information)).toEqual({
      image: row.image,
      frames: 1,
      frameIndex: 1,
      rows: 32,
      columns: 32,
      samplesPerPixel: 1,
      bitsAllocated: 8,
      bitsStored: 8,
      signed: false,
      photometricInterpretation: 'MONOCHROME2',
      colour: false,
      transferSyntaxUID: EXPLICIT_LE,
      transferSyntax: 'Explicit VR Little Endian',
      compressed: false,
      lossy: false,
      smallestPixelValue: null,
      largestPixelValue: null,
      minimum: 0,
      maximum: 255,
      unit: '',
      windows: [],
    });
    await expect(engine.verbs['images.information']({ image: 'f'.repeat(64) as typeof row.image })).rejects.toEqual(
      bad('NOT_FOUND'),
    );
  });

  it('tells all its attributes with their multiplicity and the names of their path', async () => {
    const folder = temporaryFolder();
    const step = new DataSetBuilder()
      .set('ScheduledProcedureStepID', 'S1')
      .set('ScheduledProcedureStepDescription', 'a');
    const dataset = new DataSetBuilder()
      .set('SOPClassUID', SECONDARY_CAPTURE)
      .set('SOPInstanceUID', uidOf('tags'))
      .set('StudyInstanceUID', uidOf('tags study'))
      .set('SeriesInstanceUID', uidOf('tags series'))
      .set('ImageType', ['ORIGINAL', 'PRIMARY'])
      .set('PatientComments', 'one \\ only')
      .set('PixelSpacing', [0.5, 0.25])
      .set('RequestAttributesSequence', [step]);
    writeFileSync(
      join(folder, 'tags'),
      writePart10(
        { sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: uidOf('tags'), transferSyntaxUID: EXPLICIT_LE },
        dataset,
      ),
    );
    const engine = await openForTest(join(folder, 'archive'));
    await importInto(engine, [join(folder, 'tags')]);
    const [row] = await allImages(engine);
    if (!row) throw new Error('There is no image.');
    const { rows } = contract['catalog.tags'].output.parse(await engine.verbs['catalog.tags']({ image: row.image }));
    const tag = (keyword: string) => rows.find((each) => each.keyword === keyword);
    expect(tag('ImageType')).toMatchObject({ multiplicity: 2, namePath: 'ImageType', path: '00080008' });
    expect(tag('PatientComments')).toMatchObject({ multiplicity: 1 });
    expect(tag('PixelSpacing')).toMatchObject({ multiplicity: 2 });
    expect(tag('RequestAttributesSequence')).toMatchObject({ multiplicity: 1 });
    expect(tag('ScheduledProcedureStepID')).toMatchObject({
      multiplicity: 1,
      depth: 1,
      path: '00400275[0].00400009',
      namePath: 'RequestAttributesSequence[1].ScheduledProcedureStepID',
    });
  });
});

describe('a copy of the stored file', () => {
  it('is the very same bytes, outside of the archive, and is noted in the log', async () => {
    const { engine, folder } = await filled();
    const [row] = await allImages(engine);
    if (!row) throw new Error('There is no image.');
    const path = join(folder, 'copy.dcm');
    writeFileSync(path, 'something else');
    expect(await engine.verbs['images.saveCopy']({ image: row.image, target: path, overwrite: true })).toEqual({
      path,
      bytes: row.bytes,
    });
    const bytes = readFileSync(path);
    expect(sha256Of(bytes)).toBe(row.image);
    expect(readDicom(new BufferSource(bytes)).dataset.string(0x00080018)).toBe(row.SOPInstanceUID);
    expect(engine.context.db.prepare(`SELECT code, image FROM log WHERE code = 'IMAGE_COPIED'`).all()).toEqual([
      { code: 'IMAGE_COPIED', image: row.image },
    ]);
    expect(readdirSync(folder).sort()).toEqual(['archive', 'copy.dcm', 'source']);
  });

  it('is refused where it must not go, and for whom has said no', async () => {
    const { engine, folder } = await filled();
    const [row] = await allImages(engine);
    if (!row) throw new Error('There is no image.');
    const save = (target: string) => engine.verbs['images.saveCopy']({ image: row.image, target, overwrite: false });
    await expect(save('copy.dcm')).rejects.toEqual(bad('BAD_REQUEST'));
    await expect(save(join(folder, 'archive', 'copy.dcm'))).rejects.toEqual(bad('EXPORT_INSIDE_ARCHIVE'));
    await expect(save(join(folder, 'source'))).rejects.toEqual(bad('EXPORT_TARGET_NOT_EMPTY'));
    await expect(save(join(folder, 'nowhere', 'copy.dcm'))).rejects.toEqual(bad('PATH_NOT_FOUND'));
    await expect(
      engine.verbs['images.saveCopy']({
        image: 'f'.repeat(64) as typeof row.image,
        target: join(folder, 'x'),
        overwrite: false,
      }),
    ).rejects.toEqual(bad('NOT_FOUND'));

    const patient = await engine.verbs['patients.register'](
      PatientInput.parse({
        PatientName: 'No^Nina',
        PatientID: '',
        PatientSex: 'F',
        PatientBirthDate: '',
        birthDatePrecision: 'unknown',
        ageYears: 30,
        temporary: false,
        consent: 'no',
        note: '',
      }),
    );
    engine.context.db
      .prepare('UPDATE image SET patient_id = (SELECT id FROM patient WHERE key = ?) WHERE object = ?')
      .run(patient.patient, row.image);
    await expect(save(join(folder, 'copy.dcm'))).rejects.toEqual(bad('CONSENT_REFUSED'));
    await expect(engine.pictures.file(row.image)).rejects.toEqual(bad('CONSENT_REFUSED'));
    expect(readdirSync(folder).sort()).toEqual(['archive', 'source']);
  });
});
