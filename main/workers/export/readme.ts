/** UTF-8 with its mark, so that Windows shows every script, and the line ends of Windows. */
function textFile(lines: readonly string[]): Uint8Array {
  return Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`, 'utf8');
}

/** Lies in a folder that is still being written, and stays there when it could not be finished. */
export function notReadyText(): Uint8Array {
  return textFile([
    'NOT COMPLETE - DO NOT USE. Fieldbox was still writing or checking this copy.',
    'INCOMPLETO - NO USAR. Fieldbox todavía escribía o comprobaba esta copia.',
    'INCOMPLET - NE PAS UTILISER. Fieldbox écrivait ou vérifiait encore cette copie.',
    'غير مكتمل - لا تستخدمه. كان Fieldbox لا يزال يكتب هذه النسخة أو يفحصها.',
  ]);
}

export interface MediaFacts {
  readonly madeAt: string;
  readonly version: string;
  readonly images: number;
  readonly patients: number;
  /** Files under UNLISTED with the reason why DICOMDIR cannot name them. */
  readonly unlisted: readonly { readonly path: string; readonly reason: UnlistedReason }[];
}

export type UnlistedReason = 'no-uid' | 'same-uid' | 'new-kind';

const UNLISTED: Readonly<Record<UnlistedReason, string>> = {
  'no-uid': 'no valid UIDs / sin UID válidos / sans UID valides / بلا معرّفات صالحة',
  'same-uid':
    'same SOP Instance UID as another file / mismo UID que otro archivo / même UID qu’un autre fichier / معرّف مكرر',
  'new-kind':
    'newer than many readers / más nuevo que muchos lectores / plus récent que bien des lecteurs / أحدث من كثير من القارئات',
};

/** README.TXT of DICOM media, in four languages. */
export function mediaReadme(facts: MediaFacts): Uint8Array {
  const day = facts.madeAt.slice(0, 10);
  const images = String(facts.images);
  const patients = String(facts.patients);
  const lines = [
    `Fieldbox ${facts.version}   ${day}`,
    '',
    'ENGLISH',
    `Medical images in DICOM format: ${images} images of ${patients} patients.`,
    'To look at them, open the file DICOMDIR (or the folder DICOM) with any DICOM viewer, or import it into your PACS.',
    'SHA256.TXT holds the checksum of every file: sha256sum -c SHA256.TXT',
    'Confidential: personal health data. If you found this, please give it back to the clinic.',
    '',
    'ESPAÑOL',
    `Imágenes médicas en formato DICOM: ${images} imágenes de ${patients} pacientes.`,
    'Para verlas, abra el archivo DICOMDIR (o la carpeta DICOM) con un visor DICOM o impórtelo en su PACS.',
    'SHA256.TXT contiene la suma de comprobación de cada archivo: sha256sum -c SHA256.TXT',
    'Confidencial: datos personales de salud. Si encontró esto, devuélvalo a la clínica.',
    '',
    'FRANÇAIS',
    `Images médicales au format DICOM : ${images} images de ${patients} patients.`,
    'Pour les voir, ouvrez le fichier DICOMDIR (ou le dossier DICOM) avec une visionneuse DICOM ou importez-le dans votre PACS.',
    'SHA256.TXT contient la somme de contrôle de chaque fichier : sha256sum -c SHA256.TXT',
    'Confidentiel : données de santé personnelles. Si vous avez trouvé ceci, rendez-le à la clinique.',
    '',
    'العربية',
    `صور طبية بصيغة DICOM: عدد الصور ${images}، عدد المرضى ${patients}.`,
    'لمشاهدتها افتح الملف DICOMDIR (أو المجلد DICOM) بأي عارض DICOM، أو استورده إلى نظام PACS لديكم.',
    'يحتوي SHA256.TXT على بصمة كل ملف: sha256sum -c SHA256.TXT',
    'سري: بيانات صحية شخصية. إذا وجدت هذا فأعده إلى العيادة.',
  ];
  if (facts.unlisted.length > 0) {
    lines.push(
      '',
      'UNLISTED',
      'Files that DICOMDIR cannot name; they are complete. / Archivos que DICOMDIR no puede nombrar; están completos.',
      'Fichiers que DICOMDIR ne peut nommer ; ils sont complets. / ملفات لا يستطيع DICOMDIR ذكرها؛ وهي كاملة.',
      ...facts.unlisted.map((file) => `  ${file.path}  ${UNLISTED[file.reason]}`),
    );
  }
  return textFile(lines);
}
