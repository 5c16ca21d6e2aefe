import type { DataSetView, Tag, VR } from '../model';
import { Tags } from '../tags';
import { type BuilderValue, DataSetBuilder } from '../writer';

/** Stands where a text was. */
export const DUMMY_TEXT = 'ANONYMIZED';

const BY_VR: Partial<Record<VR, string | number>> = {
  AE: DUMMY_TEXT,
  AS: '000Y',
  CS: DUMMY_TEXT,
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: DUMMY_TEXT,
  LT: DUMMY_TEXT,
  PN: 'Anonymized',
  SH: DUMMY_TEXT,
  ST: DUMMY_TEXT,
  TM: '000000',
  UC: DUMMY_TEXT,
  UR: 'about:blank',
  UT: DUMMY_TEXT,
  AT: 0,
  FD: 0,
  FL: 0,
  SL: 0,
  SS: 0,
  SV: 0,
  UL: 0,
  US: 0,
  UV: 0,
};

/** A value that says nothing and fits the value representation (PS3.15 E.1, action D); zero bytes for the binary ones. */
export function dummyValue(vr: VR): BuilderValue {
  return BY_VR[vr] ?? new Uint8Array(8);
}

const code = (): DataSetBuilder =>
  new DataSetBuilder()
    .set('CodeValue', DUMMY_TEXT)
    .set('CodingSchemeDesignator', '99FIELDBOX')
    .set('CodeMeaning', DUMMY_TEXT);

/** A report that says that there was one: one comment in its tree (PS3.3 C.17.3; the concept is of DCM). */
function contentItems(): DataSetBuilder[] {
  const concept = new DataSetBuilder()
    .set('CodeValue', '121106')
    .set('CodingSchemeDesignator', 'DCM')
    .set('CodeMeaning', 'Comment');
  return [
    new DataSetBuilder()
      .set('RelationshipType', 'CONTAINS')
      .set('ValueType', 'TEXT')
      .set('ConceptNameCodeSequence', [concept])
      .set('TextValue', DUMMY_TEXT),
  ];
}

/** On each layer that was drawn on, one point in the corner (PS3.3 C.10.5). */
function graphicItems(items: readonly DataSetView[]): DataSetBuilder[] {
  const GRAPHIC_LAYER = 0x00700002;
  const layers = new Set(items.flatMap((item) => item.strings(GRAPHIC_LAYER)));
  return [...layers].map((layer) =>
    new DataSetBuilder()
      .set('GraphicLayer', layer)
      .set('GraphicObjectSequence', [
        new DataSetBuilder()
          .set('GraphicAnnotationUnits', 'PIXEL')
          .set('GraphicDimensions', 2)
          .set('NumberOfGraphicPoints', 1)
          .set('GraphicData', [1, 1])
          .set('GraphicType', 'POINT'),
      ]),
  );
}

/**
 * Items in the place of those of a sequence with action D; undefined for sequences all of whose attributes the table lists
 * themselves, so that going through the items makes dummies of them.
 */
export function dummyItems(tag: Tag, items: readonly DataSetView[]): readonly DataSetBuilder[] | undefined {
  switch (tag) {
    case 0x00080082: // Institution Code Sequence
    case 0x00401101: // Person Identification Code Sequence
      return [code()];
    case 0x00081072: // Operator Identification Sequence
      return [
        new DataSetBuilder().set('PersonIdentificationCodeSequence', [code()]).set('InstitutionName', DUMMY_TEXT),
      ];
    case 0x0040a730: // Content Sequence
      return contentItems();
    case 0x00700001: // Graphic Annotation Sequence
      return graphicItems(items);
    default:
      return undefined;
  }
}

/** One empty page. */
const PDF = [
  '%PDF-1.4',
  '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
  '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj',
];

function emptyPdf(): string {
  let text = '';
  const offsets: number[] = [];
  for (const line of PDF) {
    offsets.push(text.length);
    text += `${line}\n`;
  }
  const entries = offsets.slice(1).map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  const table = `xref\n0 4\n0000000000 65535 f \n${entries.join('')}`;
  return `${text}${table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`;
}

/** A document of the same kind that says nothing (Encapsulated Document is of Type 1). */
export function dummyDocument(dataset: DataSetView): Uint8Array {
  const kind = dataset.string(MIME_TYPE_OF_ENCAPSULATED_DOCUMENT)?.toLowerCase();
  if (kind === 'application/pdf') return Buffer.from(emptyPdf(), 'latin1');
  if (kind === 'text/xml') return Buffer.from('<ClinicalDocument xmlns="urn:hl7-org:v3"/>', 'latin1');
  // An STL of no triangles: 80 bytes of header and their number.
  if (kind === 'model/stl') return new Uint8Array(84);
  return new Uint8Array(2);
}
const MIME_TYPE_OF_ENCAPSULATED_DOCUMENT = 0x00420012;
export const ENCAPSULATED_DOCUMENT_LENGTH = 0x00420015;
export const ENCAPSULATED_DOCUMENT = Tags.EncapsulatedDocument;
