import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import type { DataSetView } from '../../../main/dicom/model';
import { readDicom } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { element, fromHex, item, joined, latin, part10, sequence, SYNTAX } from '../../fixtures/dicom-bytes';

const IMAGE_COMMENTS = 0x00204000;

function dataSetOf(charset: string | null, ...elements: Uint8Array[]): DataSetView {
  const label = charset === null ? new Uint8Array() : element(Tags.SpecificCharacterSet, 'CS', charset);
  return readDicom(
    new BufferSource(part10(SYNTAX.explicit, joined(label, element(Tags.SOPInstanceUID, 'UI', '1.2'), ...elements))),
  ).dataset;
}

const nameOf = (charset: string | null, name: Uint8Array): string | undefined =>
  dataSetOf(charset, element(Tags.PatientName, 'PN', name)).string(Tags.PatientName);

describe('the examples of PS3.5', () => {
  it.each([
    [
      'H.3.1 Japanese, kanji and kana by escape sequences',
      '\\ISO 2022 IR 87',
      'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'H.3.2 Japanese with half-width katakana',
      'ISO 2022 IR 13\\ISO 2022 IR 87',
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
    ],
    [
      'I.2 Korean',
      '\\ISO 2022 IR 149',
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf',
      'Hong^Gildong=洪^吉洞=홍^길동',
    ],
    [
      'J.1 Chinese in UTF-8',
      'ISO_IR 192',
      'Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1=',
      'Wang^XiaoDong=王^小東',
    ],
    ['J.2 Chinese in GB18030', 'GB18030', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=', 'Wang^XiaoDong=王^小东'],
    [
      'K.2 Chinese by escape sequences',
      '\\ISO 2022 IR 58',
      'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=',
      'Zhang^XiaoDong=张^小东',
    ],
  ])('%s', (_name, charset, bytes, expected) => {
    expect(nameOf(charset, latin(bytes))).toBe(expected);
  });

  it('K.3 lines of a text, each with its own escape sequence', () => {
    const text =
      'The first line includes \x1b$)A\xd6\xd0\xce\xc4.\r\nThe second line includes \x1b$)A\xd6\xd0\xce\xc4, too.\r\n';
    const dataset = dataSetOf('\\ISO 2022 IR 58', element(IMAGE_COMMENTS, 'LT', latin(text)));
    expect(dataset.string(IMAGE_COMMENTS)?.trimEnd()).toBe(
      'The first line includes 中文.\r\nThe second line includes 中文, too.',
    );
  });
});

describe('single-byte sets', () => {
  it.each([
    ['ISO_IR 100', '4275635e4ae972f46d65', 'Buc^Jérôme'],
    ['ISO_IR 101', '5761b3ea73615ea3756b61737a', 'Wałęsa^Łukasz'],
    ['ISO_IR 109', 'c5656e73755ed56f72f5', 'Ċensu^Ġorġ'],
    ['ISO_IR 110', '4be0726c69735eab69727473', 'Kārlis^Ģirts'],
    ['ISO_IR 144', 'bbeedae1d5dcd1e3e0d35ec0ded7d0', 'Люксембург^Роза'],
    ['ISO_IR 127', 'e2c8c7e6ea5ee4e6d2c7d1', 'قباني^لنزار'],
    ['ISO_IR 126', 'c4e9efedf5f3e9eff25ed3f9eaf1dcf4e7f2', 'Διονυσιος^Σωκράτης'],
    ['ISO_IR 138', 'f9f8e5ef5ee3e1e5f8e4', 'שרון^דבורה'],
    ['ISO_IR 148', 'c7617675fe6ff06c755edd6ef66efc', 'Çavuşoğlu^İnönü'],
    ['ISO_IR 166', 'cac1aad2c25ee3a8b4d5', 'สมชาย^ใจดี'],
    ['ISO_IR 203', 'bc757672655eb4616ea4', 'Œuvre^Žan€'],
    ['ISO_IR 13', 'd4cfc0de5ec0dbb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
    ['GBK', 'cdf55ed0a1b6ab', '王^小东'],
    ['ISO 2022 IR 100', '4275635e4ae972f46d65', 'Buc^Jérôme'],
    ['ISO 2022 IR 6\\ISO 2022 IR 144', '1b2d4cbbeeda5e526f7361', 'Люк^Rosa'],
    ['ISO 2022 IR 100\\ISO 2022 IR 126', '4275635e4ae972f46d653d1b2d46c4e9efedf5f3', 'Buc^Jérôme=Διονυσ'],
  ])('%s', (charset, hex, expected) => {
    expect(nameOf(charset, fromHex(hex))).toBe(expected);
  });
});

describe('labels as they are found', () => {
  it.each(['ISO-IR 100', 'ISO IR 100', 'iso_ir 100', 'ISO_IR_100', 'ISO_IR100', ' ISO_IR 100 '])(
    'understands "%s"',
    (label) => {
      expect(nameOf(label, fromHex('4ae972f46d65'))).toBe('Jérôme');
    },
  );

  it.each(['UTF-8', 'utf8', 'ISO_IR 192', 'ISO-IR 192'])('understands "%s"', (label) => {
    expect(nameOf(label, new TextEncoder().encode('Žižka^علي'))).toBe('Žižka^علي');
  });

  it('takes GB2312 for the larger set that contains it', () => {
    expect(nameOf('GB2312', fromHex('cdf55ed0a1b6ab'))).toBe('王^小东');
  });

  it('goes back to ASCII where Specific Character Set does not announce it', () => {
    expect(nameOf('ISO 2022 IR 100\\ISO 2022 IR 87', latin('\x1b$B;3ED\x1b(B^Tarou'))).toBe('山田^Tarou');
  });

  it('reads text without a label, or with one nobody knows, as UTF-8 where it is that and as Latin-1 otherwise', () => {
    for (const label of [null, '', 'KLINGON']) {
      expect(nameOf(label, new TextEncoder().encode('Müller'))).toBe('Müller');
      expect(nameOf(label, latin('M\xfcller'))).toBe('Müller');
      expect(nameOf(label, latin('Miller'))).toBe('Miller');
    }
  });

  it('never fails for bytes that are no text of the set', () => {
    for (const label of ['ISO_IR 192', 'GB18030', '\\ISO 2022 IR 87', '\\ISO 2022 IR 149', 'ISO_IR 13', 'ISO_IR 166']) {
      for (let first = 0; first < 256; first += 1) {
        expect(typeof nameOf(label, Uint8Array.of(0x41, first, 0x24, 255 - first))).toBe('string');
        expect(typeof nameOf(label, Uint8Array.of(0x1b, 0x24, first, 0x42))).toBe('string');
      }
    }
  });
});

describe('where a set applies', () => {
  it('does not touch VRs that are ASCII only (PS3.5 6.1.2.3)', () => {
    const dataset = dataSetOf(
      'ISO_IR 144',
      element(0x00080060, 'CS', fromHex('bbee')),
      element(0x00081030, 'LO', fromHex('bbee')),
    );
    expect(dataset.string(0x00080060)).toBe('»î');
    expect(dataset.string(0x00081030)).toBe('Лю');
  });

  it('applies to items, unless they name one of their own (PS3.5 7.5.3)', () => {
    const inherits = item(element(0x00080104, 'LO', fromHex('bbee')));
    const own = item(
      joined(element(Tags.SpecificCharacterSet, 'CS', 'ISO_IR 126'), element(0x00080104, 'LO', fromHex('c4e9'))),
    );
    const items = dataSetOf('ISO_IR 144', sequence(0x00082218, [inherits, own])).items(0x00082218);
    expect(items.map((one) => one.string(0x00080104))).toEqual(['Лю', 'Δι']);
  });

  it('begins anew with each value and with each part of a name (PS3.5 6.1.2.5.3)', () => {
    const text = latin('\x1b$B;3ED\x1b(B\\plain\\\x1b$BB@O:\x1b(B');
    expect(dataSetOf('\\ISO 2022 IR 87', element(0x00081030, 'LO', text)).strings(0x00081030)).toEqual([
      '山田',
      'plain',
      '太郎',
    ]);
  });

  it('does not take the second byte of a character for a backslash', () => {
    const bytes = fromHex('815cd0a1');
    const dataset = dataSetOf('GB18030', element(0x00081030, 'LO', bytes));
    expect(bytes[1]).toBe('\\'.charCodeAt(0));
    expect(dataset.strings(0x00081030)).toEqual([new TextDecoder('gb18030').decode(bytes)]);
  });

  it('keeps an equals sign and carets where they have a place', () => {
    const dataset = dataSetOf(
      null,
      element(Tags.PatientName, 'PN', 'Doe^Jane^^Dr^=='),
      element(0x00081050, 'PN', 'A^B\\C^D '),
    );
    expect(dataset.string(Tags.PatientName)).toBe('Doe^Jane^^Dr^');
    expect(dataset.strings(0x00081050)).toEqual(['A^B', 'C^D']);
  });
});
