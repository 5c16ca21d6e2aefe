import { afterEach, describe, expect, it } from 'vitest';
import {
  dateOf,
  guessName,
  isolate,
  joinName,
  listWords,
  mergeName,
  modalityName,
  monthsNow,
  personName,
  readName,
  showBirth,
  showBytes,
  showDate,
  showDates,
  showDateTime,
  showTime,
  splitName,
  today,
  together,
} from '../../../renderer/app/format';
import { i18n } from '../../../renderer/app/i18n';

const now = new Date(2026, 10, 21, 9, 0);
const nobody = { PatientBirthDate: '', birthDatePrecision: 'unknown', ageYears: null, ageOn: null } as const;
/** Without the narrow and isolating signs that Intl and bidirectional text put in. */
const plain = (text: string): string =>
  text.replace(/[\u2066-\u2069\u200e\u200f]/g, '').replace(/[\u00a0\u202f\u2009]/g, ' ');

afterEach(async () => {
  await i18n.changeLanguage('en');
});

describe('names', () => {
  it('reads family, given, middle, prefix and suffix (PS3.5 6.2.1.1)', () => {
    expect(readName('García^Ana^Lucía^Dr.^MD')).toEqual({ main: 'García, Dr. Ana Lucía MD', other: '' });
    expect(readName('Unknown male, bed 4')).toEqual({ main: 'Unknown male, bed 4', other: '' });
    expect(personName('^^^^')).toBe('No name');
    expect(personName('')).toBe('No name');
  });

  it('shows the same name in other letters beside it, joined as those letters are', () => {
    expect(readName('Wang^XiaoDong=王^小東')).toEqual({ main: 'Wang, XiaoDong', other: '王 小東' });
    expect(readName('Hassan^Fatima=حسن^فاطمة')).toEqual({ main: 'Hassan, Fatima', other: 'حسن، فاطمة' });
    expect(readName('Yamada^Tarou=山田^太郎=やまだ^たろう').other).toBe('山田 太郎 · やまだ たろう');
    expect(readName('=洪^吉洞').main).toBe('洪 吉洞');
  });

  it('writes what is typed in the form of DICOM, without the signs DICOM keeps for itself', () => {
    const name = { family: ' Ñáñez ', given: 'María^Luz', middle: '', otherFamily: '', otherGiven: '' };
    expect(joinName(name)).toBe('Ñáñez^María Luz');
    expect(joinName({ ...name, otherFamily: '王', otherGiven: '小=東' })).toBe('Ñáñez^María Luz=王^小 東');
  });

  it('keeps parts that the form does not show when a person is edited', () => {
    const before = 'Adams^John Robert Quincy^^Rev.^B.A. M.Div.=王^東=x^y';
    const edited = { ...splitName(before), given: 'John' };
    expect(mergeName(before, edited)).toBe('Adams^John^^Rev.^B.A. M.Div.=王^東=x^y');
    expect(mergeName('Adams^John=王', { ...splitName('Adams^John=王'), otherFamily: '' })).toBe('Adams^John');
  });

  it('guesses which word is the family name', () => {
    expect(guessName('Ana Lucía García')).toMatchObject({ family: 'García', given: 'Ana Lucía' });
    expect(guessName('García Mendoza, Ana')).toMatchObject({ family: 'García Mendoza', given: 'Ana' });
    expect(guessName('Otieno')).toMatchObject({ family: 'Otieno', given: '' });
  });
});

describe('dates', () => {
  it('takes only real days', () => {
    expect(dateOf('20240229')?.getDate()).toBe(29);
    expect(dateOf('1993.08.22')?.getMonth()).toBe(7);
    for (const wrong of ['', '2024', '20230229', '20241301', 'yesterday']) expect(dateOf(wrong)).toBeNull();
    expect(showDate('not a date')).toBe('not a date');
    expect(today(now)).toBe('20261121');
  });

  it('shows them as the language does', async () => {
    expect(showDate('20261121')).toBe('Nov 21, 2026');
    expect(plain(showDates('20261116', '20261127'))).toBe('Nov 16 – 27, 2026');
    expect(plain(showTime('143005.123'))).toBe('2:30 PM');
    expect(plain(showDateTime('20261121', '0907'))).toBe('Nov 21, 2026, 9:07 AM');
    expect(showDateTime('20261121', '')).toBe('Nov 21, 2026');
    await i18n.changeLanguage('fr');
    expect(showDate('20261121')).toBe('21 nov. 2026');
    expect(showTime('143005')).toBe('14:30');
    await i18n.changeLanguage('ar');
    expect(showDate('20261121')).toContain('2026');
  });
});

describe('ages', () => {
  it('counts years, under two years months, under one month days', () => {
    const born = (PatientBirthDate: string): string =>
      showBirth({ ...nobody, PatientBirthDate, birthDatePrecision: 'known' }, now);
    expect(born('20150312')).toBe('Mar 12, 2015 (11 y)');
    expect(born('20151122')).toBe('Nov 22, 2015 (10 y)');
    expect(born('20250520')).toBe('May 20, 2025 (18 months)');
    expect(born('20261021')).toBe('Oct 21, 2026 (1 month)');
    expect(born('20261101')).toBe('Nov 1, 2026 (20 days)');
    expect(born('20261121')).toBe('Nov 21, 2026 (0 days)');
  });

  it('says what is only estimated, and nothing that is not known', () => {
    expect(showBirth({ ...nobody, PatientBirthDate: '19850701', birthDatePrecision: 'estimated' }, now)).toBe(
      'about 1985 (41 y)',
    );
    expect(showBirth({ ...nobody, ageYears: 30, ageOn: '20241120' }, now)).toBe('about 32 y');
    expect(showBirth({ ...nobody, ageYears: 0.5, ageOn: '20261121' }, now)).toBe('about 6 months');
    expect(showBirth(nobody, now)).toBe('Age not known');
    expect(monthsNow({ ageYears: null, ageOn: null })).toBeNull();
  });

  it('uses the dual and the plurals of Arabic', async () => {
    await i18n.changeLanguage('ar');
    const days = (count: number): string => i18n.t('patients.ageDays', { count });
    expect([days(1), days(2), days(3), days(11)]).toEqual(['يوم واحد', 'يومان', '3 أيام', '11 يومًا']);
  });
});

describe('numbers and lists', () => {
  it('shows bytes as drives are labelled', async () => {
    expect(plain(showBytes(999))).toBe('999 byte');
    expect(plain(showBytes(1234))).toBe('1.2 kB');
    expect(plain(showBytes(75_400_000))).toBe('75 MB');
    expect(plain(showBytes(3_100_000_000_000_000))).toBe('3,100 TB');
    await i18n.changeLanguage('fr');
    expect(plain(showBytes(1_500_000_000))).toBe('1,5 Go');
  });

  it('puts facts beside one another, each once and in its own direction', () => {
    expect(together('a', '', 'b', 'a')).toBe(`${isolate('a')} · ${isolate('b')}`);
    expect(together('', '')).toBe('');
    expect(together('', 'a', 'a')).toBe('a');
    expect(listWords(['CT', '', 'MR'])).toBe('CT, MR');
  });

  it('has a word for a modality, and leaves an unknown one as it is', async () => {
    expect(modalityName('XC')).toBe('Photo');
    expect(modalityName('ZZ')).toBe('ZZ');
    await i18n.changeLanguage('es');
    expect(modalityName('CT')).toMatch(/^T/);
  });
});
