import { describe, expect, it } from 'vitest';
import { NameGiver, safeName, splitExtension } from '../../../main/workers/export/safe-names';

const name = (text: string, max = 100): string => safeName(text, max, 'nothing');

describe('safeName', () => {
  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..\\..\\boot.ini', '_.._boot.ini'],
    ['a/b', 'a_b'],
    ['C:\\x', 'C__x'],
    ['what?*"<>|', 'what______'],
    ['trailing dots...', 'trailing dots'],
    ['  spaces  and\ttabs\n', 'spaces and_tabs_'],
    ['.hidden', 'hidden'],
    ['CON', '_CON'],
    ['con.txt', '_con.txt'],
    ['Com1.jpg', '_Com1.jpg'],
    ['LPT²', '_LPT²'],
    ['aux .tar', '_aux .tar'],
    ['CONSTANCE', 'CONSTANCE'],
    ['nul\u0000byte', 'nul_byte'],
    ['..', 'nothing'],
    ['', 'nothing'],
    ['\u202e\u200b', 'nothing'],
  ])('makes %j into %j', (from, to) => expect(name(from)).toBe(to));

  it('takes away marks that turn a name around', () => {
    expect(name('photo\u202egpj.exe')).toBe('photogpj.exe');
  });

  it('keeps names of every script, and emoji', () => {
    for (const text of ['Müller, Jürgen', 'محمد علي', '山田^太郎', 'Иванов', 'नमस्ते', '👩‍⚕️ clinic'])
      expect(name(text)).toBe(text.normalize('NFC'));
  });

  it('bounds the bytes, keeps the extension, and cuts between characters', () => {
    const long = name(`${'é'.repeat(300)}.jpg`);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(100);
    expect(long).toMatch(/^é+\.jpg$/);
    const families = name('👨‍👩‍👧‍👦'.repeat(20));
    expect(Buffer.byteLength(families)).toBeLessThanOrEqual(100);
    expect(families).toBe('👨‍👩‍👧‍👦'.repeat(4));
    expect(Buffer.byteLength(name(`e${'\u0301'.repeat(300)}`))).toBeLessThanOrEqual(100);
  });

  it('leaves nothing that has no form of its own', () => {
    expect(name('\ud800x')).toBe('_x');
  });

  it('splits only real extensions', () => {
    expect(splitExtension('a.b.jpg')).toEqual(['a.b', '.jpg']);
    expect(splitExtension('1.2.840.10008')).toEqual(['1.2.840', '.10008']);
    expect(splitExtension('name')).toEqual(['name', '']);
  });
});

describe('NameGiver', () => {
  it('gives no name twice where capitals and forms of accents do not count', () => {
    const names = new NameGiver();
    expect(names.give('a', 'X.jpg')).toBe('X.jpg');
    expect(names.give('a', 'x.JPG')).toBe('x (2).JPG');
    expect(names.give('b', 'x.jpg')).toBe('x.jpg');
    expect(names.give('a', 'x (2).jpg')).toBe('x (2) (2).jpg');
    expect(names.give('a', 'x.jpg')).toBe('x (3).jpg');
    expect(names.give('a', 'caf\u00e9')).toBe('caf\u00e9');
    expect(names.give('a', 'cafe\u0301')).toBe('cafe\u0301 (2)');
    expect(names.give('a', 'stra\u00dfe')).toBe('stra\u00dfe');
    expect(names.give('a', 'STRASSE')).toBe('STRASSE (2)');
  });

  it('stays quick when ten thousand files have one name', () => {
    const names = new NameGiver();
    const given = new Set(Array.from({ length: 10_000 }, () => names.give('', 'IMG.dcm')));
    expect(given.size).toBe(10_000);
  });
});
