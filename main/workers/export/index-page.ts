import { errorSentence, type ErrorCode, type Language } from '@shared/errors';

export interface PageItem {
  readonly label: string;
  /** YYYY-MM-DD or empty. */
  readonly date: string;
  readonly frames: number;
  /** Paths from the page; empty when there is no picture. */
  readonly files: readonly string[];
  readonly thumbnail: string | null;
  /** Why there is no picture, or not all of them. */
  readonly reason: ErrorCode | null;
}

export interface PagePatient {
  readonly name: string;
  readonly number: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly items: readonly PageItem[];
}

export interface PageFacts {
  readonly madeAt: string;
  readonly version: string;
  readonly images: number;
}

const LANGUAGES: readonly { readonly code: Language; readonly name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'es', name: 'Español' },
  { code: 'fr', name: 'Français' },
  { code: 'ar', name: 'العربية' },
];

type Words = Readonly<Record<Language, string>>;

const TITLE: Words = { en: 'Medical images', es: 'Imágenes médicas', fr: 'Images médicales', ar: 'صور طبية' };
const BORN: Words = { en: 'born', es: 'nacimiento', fr: 'naissance', ar: 'تاريخ الميلاد' };
const FRAMES: Words = { en: 'pictures', es: 'imágenes', fr: 'images', ar: 'صورة' };
const NO_NAME: Words = { en: 'No name', es: 'Sin nombre', fr: 'Sans nom', ar: 'بلا اسم' };
const PRIVATE: Words = {
  en: 'Confidential: personal health data. Not for diagnosis: these pictures are copies; the DICOM files are the originals.',
  es: 'Confidencial: datos personales de salud. No apto para diagnóstico: son copias; los archivos DICOM son los originales.',
  fr: 'Confidentiel : données de santé personnelles. Pas pour le diagnostic : ce sont des copies ; les fichiers DICOM sont les originaux.',
  ar: 'سري: بيانات صحية شخصية. ليست للتشخيص: هذه نسخ؛ والأصل هو ملفات DICOM.',
};

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.4 system-ui, sans-serif; margin: 1rem auto; max-width: 75rem; padding: 0 1rem; }
main { clear: both; }
.language { position: absolute; opacity: 0; }
label { float: inline-start; padding: .5rem 1rem; border: 1px solid #8888; border-radius: .4rem; margin: 0 .4rem .4rem 0; cursor: pointer; }
.t { display: none; }
#ar:checked ~ main { direction: rtl; }
${LANGUAGES.map(({ code }) => `#${code}:checked ~ main .${code} { display: inline; } #${code}:checked ~ label[for=${code}] { font-weight: bold; border-color: currentColor; } #${code}:focus-visible ~ label[for=${code}] { outline: 3px solid; }`).join('\n')}
ul { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem; }
li { border: 1px solid #8886; border-radius: .5rem; padding: .5rem; overflow-wrap: anywhere; break-inside: avoid; }
li img { display: block; width: 100%; height: 9rem; object-fit: contain; background: #000; border-radius: .3rem; }
.reason { font-size: .85rem; } .more a { display: inline-block; min-width: 1.6rem; }
@media print { label { display: none; } ul { grid-template-columns: repeat(3, 1fr); } details { display: none; } }
`;

/**
 * The page of a pictures export, piece by piece: one file, no script, nothing from a network. The four languages are all in
 * it; the person picks one. Everything that came from images is escaped and turned by nothing outside its own element.
 */
export function* indexPage(facts: PageFacts, patients: readonly PagePatient[]): Generator<Uint8Array> {
  yield bytes(
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
      `<meta http-equiv="Content-Security-Policy" content="script-src 'none'; object-src 'none'; frame-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'">\n` +
      `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n` +
      `<title>Fieldbox ${escape(facts.madeAt.slice(0, 10))}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n` +
      LANGUAGES.map(
        ({ code }, index) =>
          `<input class="language" type="radio" name="language" id="${code}"${index === 0 ? ' checked' : ''}>`,
      ).join('') +
      LANGUAGES.map(({ code, name }) => `<label for="${code}" lang="${code}">${name}</label>`).join('') +
      `\n<main>\n<h1>${words(TITLE)}</h1>\n<p>${words(PRIVATE)}</p>\n<p>Fieldbox ${escape(facts.version)}, ${escape(facts.madeAt.slice(0, 10))}</p>\n`,
  );
  for (const patient of patients) {
    yield bytes(patientHead(patient));
    for (const item of patient.items) yield bytes(itemHtml(item));
    yield bytes('</ul>\n</section>\n');
  }
  yield bytes('</main>\n</body>\n</html>\n');
}

function patientHead(patient: PagePatient): string {
  const name = patient.name === '' ? words(NO_NAME) : `<bdi>${escape(patient.name)}</bdi>`;
  const number = patient.number === '' ? '' : ` <small><bdi>${escape(patient.number)}</bdi></small>`;
  const facts = [
    patient.birthDate === '' ? '' : `${words(BORN)} <bdi>${escape(patient.birthDate)}</bdi>`,
    patient.sex === '' ? '' : `<bdi>${escape(patient.sex)}</bdi>`,
  ].filter((part) => part !== '');
  return `<section>\n<h2>${name}${number}</h2>\n${facts.length > 0 ? `<p>${facts.join(', ')}</p>\n` : ''}<ul>\n`;
}

function itemHtml(item: PageItem): string {
  const first = item.files[0];
  const caption = `<bdi>${escape(item.label)}</bdi>${item.date === '' ? '' : ` <bdi>${escape(item.date)}</bdi>`}`;
  const picture =
    item.thumbnail === null ? '' : `<img loading="lazy" src="${address(item.thumbnail)}" alt="${escape(item.label)}">`;
  const linked = first === undefined ? caption : `<a href="${address(first)}">${picture}${caption}</a>`;
  const reason = item.reason === null ? '' : `<p class="reason">${words(sentences(item.reason))}</p>`;
  return `<li>${linked}${item.files.length > 1 ? moreFrames(item.files) : ''}${reason}</li>\n`;
}

function moreFrames(files: readonly string[]): string {
  const links = files.map((file, index) => `<a href="${address(file)}">${String(index + 1)}</a>`).join(' ');
  return `<details class="more"><summary>${String(files.length)} ${words(FRAMES)}</summary>${links}</details>`;
}

function words(all: Words): string {
  return LANGUAGES.map(({ code }) => `<span class="t ${code}" lang="${code}">${escape(all[code])}</span>`).join('');
}

/** The sentence of an error in all languages, without the details that only the archive knows. */
function sentences(code: ErrorCode): Words {
  const sentence = (language: Language): string =>
    errorSentence(code, {}, language)
      .replace(/\s*\(\{\w+\}\)/g, '')
      .replace(/\{\w+\}/g, '…');
  return { en: sentence('en'), es: sentence('es'), fr: sentence('fr'), ar: sentence('ar') };
}

/** A relative address: each part encoded, so that no name can leave its folder or its attribute. */
function address(path: string): string {
  return escape(path.split('/').map(encodeURIComponent).join('/'));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
