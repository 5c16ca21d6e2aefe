import { expect, test } from 'vitest';
import { addImage, addParents, emptyCatalog } from '../../fixtures/catalog';

const ATTRIBUTES = {
  // With a column, and differing in each image: not noted.
  Modality: 'CT',
  SOPInstanceUID: '1.2.3',
  SliceLocation: '12.5',
  // Noted.
  PhotometricInterpretation: 'MONOCHROME2',
  SoftwareVersions: '1.0\\2.0',
  ImageComments: 'Übersicht "links"',
  SamplesPerPixel: 1,
};

test('a new image is noted with the same values as one whose attributes change', () => {
  const db = emptyCatalog();
  const parents = addParents(db, { PatientName: 'A^B' });
  const { id } = addImage(db, parents, { ImageType: 'ORIGINAL\\PRIMARY' }, ATTRIBUTES);
  const { id: second } = addImage(db, parents, { ImageType: 'ORIGINAL\\PRIMARY' }, ATTRIBUTES);
  const valuesOf = (image: number): unknown =>
    db
      .prepare(
        `SELECT v.property, v.text, v.folded FROM image_value AS i JOIN value AS v ON v.id = i.value_id
         WHERE i.image_id = ? ORDER BY v.property`,
      )
      .all(image);
  const atOnce = valuesOf(id);
  expect(atOnce).toMatchObject([
    { property: 'ImageComments', text: 'Übersicht "links"' },
    { property: 'PhotometricInterpretation', text: 'MONOCHROME2' },
    { property: 'SamplesPerPixel', text: '1' },
    { property: 'SoftwareVersions', text: '1.0\\2.0' },
  ]);
  expect(valuesOf(second)).toEqual(atOnce);
  db.prepare('UPDATE image SET attributes = attributes WHERE id = ?').run(id); // the trigger of migration 12 notes them anew
  expect(valuesOf(id)).toEqual(atOnce);
  expect(db.prepare(`SELECT text FROM value WHERE property = 'ImageType'`).pluck().all()).toEqual([
    'ORIGINAL\\PRIMARY',
  ]);
});

test('numbers of images come and go with them', () => {
  const db = emptyCatalog();
  const parents = addParents(db, { PatientName: 'A^B' });
  addImage(db, parents, { source: 'scp', source_ref: 'AE' });
  const { id } = addImage(db, parents, { source: 'scp', source_ref: 'AE' });
  const numbers = (): unknown => [
    ...['patient', 'study', 'series'].map((table) => db.prepare(`SELECT image_count FROM ${table}`).pluck().get()),
    db.prepare(`SELECT what, source_ref, rows FROM row_count WHERE what LIKE 'image%' ORDER BY what`).raw().all(),
  ];
  expect(numbers()).toEqual([
    2,
    2,
    2,
    [
      ['image', '', 2],
      ['image source', 'AE', 2],
    ],
  ]);
  db.prepare('DELETE FROM image WHERE id = ?').run(id);
  expect(numbers()).toEqual([
    1,
    1,
    1,
    [
      ['image', '', 1],
      ['image source', 'AE', 1],
    ],
  ]);
});

test('what is noted of a new image is noted once', () => {
  const triggers = emptyCatalog()
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'image' AND sql LIKE '%INSERT ON image%'`,
    )
    .all();
  expect(triggers).toEqual([]);
});
