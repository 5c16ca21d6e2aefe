import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { detectKind, isPhotoKind, type FileKind } from '../../../main/imaging/detect';
import { bmpOf, box, concat, heifBoxes, latin, numbers, pdfBytes, tiffOf } from '../../fixtures/photo-bytes';
import { cornerSamples, encoded, jpegOf } from '../../fixtures/photos';

const kindOf = (bytes: Uint8Array): FileKind => detectKind(bytes.subarray(0, 4096), bytes.length);

describe('detectKind', () => {
  const corners = cornerSamples();
  const made: { kind: FileKind; bytes: Uint8Array }[] = [];

  beforeAll(async () => {
    made.push({ kind: 'jpeg', bytes: await jpegOf(corners) });
    for (const format of ['png', 'webp', 'avif', 'gif', 'tiff'] as const)
      made.push({ kind: format, bytes: await encoded(corners, format) });
    made.push({ kind: 'bmp', bytes: bmpOf(corners.data, corners.width, corners.height) });
    made.push({ kind: 'heic', bytes: heifBoxes(4, 4, [], new Uint8Array()) });
    made.push({ kind: 'pdf', bytes: pdfBytes() });
  });

  it('knows every kind of picture and PDF by its bytes', () => {
    expect(made).toHaveLength(9);
    for (const { kind, bytes } of made) expect(kindOf(bytes)).toBe(kind);
  });

  it('calls a file with the DICM prefix DICOM, even when its preamble is a TIFF header', () => {
    const dual = new Uint8Array(200);
    dual.set(tiffOf([{ width: 1, height: 1, data: Uint8Array.of(7) }]).subarray(0, 100));
    expect(kindOf(dual)).toBe('tiff');
    dual.set(latin('DICM'), 128);
    expect(kindOf(dual)).toBe('dicom');
  });

  it('knows DICOM from a package, with and without its preamble', () => {
    const file = readFileSync(new URL('../../../node_modules/dicomweb-client/testData/sample3.dcm', import.meta.url));
    expect(kindOf(file)).toBe('dicom');
    expect(kindOf(file.subarray(132))).toBe('maybe-dicom');
  });

  it('finds a PDF header within the first kilobyte and not behind it', () => {
    expect(kindOf(concat([latin('junk\n'.repeat(100)), pdfBytes()]))).toBe('pdf');
    expect(kindOf(concat([latin('junk\n'.repeat(300)), pdfBytes()]))).toBe('unknown');
  });

  it('knows zips, empty files and what it does not know', () => {
    expect(kindOf(latin('PK\x03\x04rest'))).toBe('zip');
    expect(kindOf(latin('PK\x05\x06'))).toBe('zip');
    expect(detectKind(new Uint8Array(), 0)).toBe('empty');
    expect(kindOf(latin('hello world, this is text'))).toBe('unknown');
    expect(kindOf(latin('BM is how this text begins, and it goes on'))).toBe('unknown');
    expect(kindOf(box('ftyp', latin('isom'), numbers([512, 4]), latin('isommp42')))).toBe('unknown');
    expect(kindOf(latin('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe('unknown');
  });

  it('tells pictures from other kinds', () => {
    expect(isPhotoKind('heic')).toBe(true);
    expect(isPhotoKind('pdf')).toBe(false);
    expect(isPhotoKind('maybe-dicom')).toBe(false);
  });
});
