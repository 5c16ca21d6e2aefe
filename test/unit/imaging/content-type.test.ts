import { describe, expect, it } from 'vitest';
import { contentTypeOf } from '../../../main/imaging/content-type';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const typeOf = (text: string): string => contentTypeOf(bytes(text), text.length);
/** The header of a zip's first entry (APPNOTE 4.3.7) with what follows it. */
const zip = (name: string, then = ''): string =>
  `PK\x03\x04${'\0'.repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}${then}`;

describe('the type of a file', () => {
  it.each([
    ['application/pdf', '%PDF-1.7\n'],
    ['image/jpeg', '\xff\xd8\xff\xe0'],
    ['image/png', '\x89PNG\r\n\x1a\n'],
    ['application/dicom', `${'\0'.repeat(128)}DICM\x02\0\0\0UL\x04\0\0\0\0\0`],
    [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      zip('[Content_Types].xml', '...word/document.xml'),
    ],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', zip('_rels/.rels', '...xl/workbook.xml')],
    ['application/vnd.oasis.opendocument.text', zip('mimetype', 'application/vnd.oasis.opendocument.textPK')],
    ['application/epub+zip', zip('mimetype', 'application/epub+zipPK')],
    ['application/java-archive', zip('META-INF/', '...META-INF/MANIFEST.MF')],
    ['application/zip', zip('photo.jpg')],
    ['application/x-ole-storage', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
    ['video/mp4', '\0\0\0\x18ftypisom'],
    ['video/quicktime', '\0\0\0\x14ftypqt  '],
    ['audio/mp4', '\0\0\0\x14ftypM4A '],
    ['audio/wav', 'RIFF\0\0\0\0WAVEfmt '],
    ['audio/mpeg', 'ID3\x04\0\0'],
    ['audio/mpeg', '\xff\xfb\x90\x64'],
    ['audio/amr', '#!AMR\n'],
    ['video/webm', '\x1a\x45\xdf\xa3\x01webm'],
    ['application/gzip', '\x1f\x8b\x08\0'],
    ['application/rtf', '{\\rtf1\\ansi'],
    ['text/plain', 'Left ear: 40 dB\r\n'],
    ['text/plain', '\xff\xfea\0b\0'],
    ['text/plain', 'ca\xf1\xf3n\n'],
    ['text/plain', 'MZ: patient from Mazatlán'],
    ['text/html', '\xef\xbb\xbf  <!DOCTYPE html><p>'],
    ['image/svg+xml', '<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg">'],
    ['application/xml', '<?xml version="1.0"?><a/>'],
    ['application/hl7-v2', 'MSH|^~\\&|LAB|'],
    ['application/octet-stream', '\x01\x02\x03\x04\x05'],
  ])('is %s', (type, text) => {
    expect(typeOf(text)).toBe(type);
  });

  it.each([
    ['application/vnd.microsoft.portable-executable', `MZ${'\0'.repeat(58)}\x40\0\0\0PE\0\0`],
    ['application/vnd.microsoft.portable-executable', 'MZ\x90\0'],
    // A program that also carries the mark of a document is a program.
    ['application/vnd.microsoft.portable-executable', `MZ${'\0'.repeat(58)}\x80\0\0\0${'\0'.repeat(64)}PE\0\0%PDF-1.7`],
    ['application/x-executable', '\x7fELF\x02'],
    ['application/x-mach-binary', '\xcf\xfa\xed\xfe'],
    ['application/java-vm', '\xca\xfe\xba\xbe\0\0\0\x34'],
    ['text/x-shellscript', '#!/bin/sh\nrm -rf %PDF-1.4'],
  ])('is %s: a program, whatever else it looks like', (type, text) => {
    expect(typeOf(text)).toBe(type);
  });

  it('is found in any bytes without fault', () => {
    let seed = 7;
    for (let round = 0; round < 3000; round += 1) {
      const random = Uint8Array.from({ length: round % 300 }, () => (seed = (seed * 48271) % 2147483647) % 256);
      expect(contentTypeOf(random, random.length)).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
    }
  });
});
