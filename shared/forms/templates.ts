import { FormDefinition, type FormText } from './definition';

/** A form that comes with Fieldbox, to start one's own from; it becomes a form only when somebody saves it. */
export interface FormTemplate {
  readonly id: 'tb' | 'eye' | 'ear';
  /** Name that is offered for the new form. */
  readonly name: string;
  readonly definition: FormDefinition;
}

const say = (en: string, es: string, fr: string, ar: string): FormText => ({ en, es, fr, ar });
const option = (id: string, label: FormText): { id: string; label: FormText } => ({ id, label });

const QUALITY = [
  option('good', say('Good', 'Buena', 'Bonne', 'جيدة')),
  option('limited', say('Limited', 'Limitada', 'Limitée', 'محدودة')),
  option('unusable', say('Not usable', 'No utilizable', 'Inutilisable', 'غير صالحة')),
];
const IMPRESSION = say('Impression', 'Impresión', 'Conclusion', 'الانطباع');
const NEXT = say('What to do next', 'Qué hacer ahora', 'Suite à donner', 'ما الخطوة التالية');
const NEXT_STEPS = [
  option('none', say('Nothing more', 'Nada más', 'Rien de plus', 'لا شيء آخر')),
  option('repeat', say('Repeat the examination', 'Repetir el examen', 'Refaire l’examen', 'إعادة الفحص')),
  option('refer', say('Refer', 'Derivar', 'Adresser', 'إحالة')),
  option('treat', say('Treat here', 'Tratar aquí', 'Traiter ici', 'علاج هنا')),
];
const RIGHT = say('Right', 'Derecha', 'Droite', 'اليمين');
const LEFT = say('Left', 'Izquierda', 'Gauche', 'اليسار');
const NOTE = say('Notes', 'Notas', 'Remarques', 'ملاحظات');

const tb: FormTemplate = {
  id: 'tb',
  name: 'TB screening chest x-ray',
  definition: FormDefinition.parse({
    title: say(
      'TB screening chest x-ray',
      'Radiografía de tórax para cribado de tuberculosis',
      'Radiographie thoracique de dépistage de la tuberculose',
      'أشعة الصدر لتحري السل',
    ),
    fields: [
      { type: 'date', id: 'read_on', label: say('Read on', 'Leída el', 'Lue le', 'تاريخ القراءة'), default: 'today' },
      {
        type: 'choice',
        id: 'quality',
        label: say('Quality of the picture', 'Calidad de la imagen', 'Qualité de l’image', 'جودة الصورة'),
        required: true,
        options: QUALITY,
      },
      { type: 'heading', id: 'findings', label: say('Findings', 'Hallazgos', 'Constatations', 'الموجودات') },
      {
        type: 'choices',
        id: 'signs',
        label: say('Signs', 'Signos', 'Signes', 'العلامات'),
        options: [
          option('infiltrate', say('Infiltrate', 'Infiltrado', 'Infiltrat', 'ارتشاح')),
          option('cavity', say('Cavity', 'Caverna', 'Caverne', 'تجويف')),
          option(
            'nodes',
            say('Enlarged hilar nodes', 'Ganglios hiliares aumentados', 'Adénopathies hilaires', 'تضخم العقد النقيرية'),
          ),
          option('effusion', say('Pleural effusion', 'Derrame pleural', 'Épanchement pleural', 'انصباب جنبي')),
          option('miliary', say('Miliary pattern', 'Patrón miliar', 'Aspect miliaire', 'نمط دخني')),
          option(
            'scar',
            say('Scar, calcification', 'Cicatriz, calcificación', 'Cicatrice, calcification', 'ندبة أو تكلس'),
          ),
        ],
      },
      {
        type: 'choices',
        id: 'zones',
        label: say('Where', 'Dónde', 'Où', 'الموضع'),
        options: [
          option('right_upper', say('Right upper', 'Superior derecho', 'Supérieur droit', 'أعلى اليمين')),
          option('right_middle', say('Right middle', 'Medio derecho', 'Moyen droit', 'وسط اليمين')),
          option('right_lower', say('Right lower', 'Inferior derecho', 'Inférieur droit', 'أسفل اليمين')),
          option('left_upper', say('Left upper', 'Superior izquierdo', 'Supérieur gauche', 'أعلى اليسار')),
          option('left_middle', say('Left middle', 'Medio izquierdo', 'Moyen gauche', 'وسط اليسار')),
          option('left_lower', say('Left lower', 'Inferior izquierdo', 'Inférieur gauche', 'أسفل اليسار')),
        ],
      },
      {
        type: 'choice',
        id: 'impression',
        label: IMPRESSION,
        required: true,
        options: [
          option('normal', say('Normal', 'Normal', 'Normale', 'سليمة')),
          option(
            'tb_unlikely',
            say(
              'Abnormal, TB unlikely',
              'Anormal, TB improbable',
              'Anormale, TB peu probable',
              'غير سليمة، السل غير مرجح',
            ),
          ),
          option('tb_likely', say('Suggestive of TB', 'Sugestiva de TB', 'Évocatrice de TB', 'توحي بالسل')),
        ],
      },
      {
        type: 'yesNo',
        id: 'sputum',
        label: say(
          'Sputum test needed',
          'Requiere prueba de esputo',
          'Examen des crachats nécessaire',
          'يلزم فحص القشع',
        ),
        required: true,
      },
      { type: 'choice', id: 'next', label: NEXT, options: NEXT_STEPS },
      { type: 'longText', id: 'notes', label: NOTE },
    ],
  }),
};

function eyeFields(side: 'right' | 'left', label: FormText): unknown[] {
  return [
    { type: 'heading', id: `${side}_eye`, label },
    {
      type: 'text',
      id: `${side}_acuity`,
      label: say('Visual acuity', 'Agudeza visual', 'Acuité visuelle', 'حدة البصر'),
      help: say(
        'As on the chart, such as 6/12',
        'Como en la tabla, p. ej. 6/12',
        'Comme sur l’échelle, par ex. 6/12',
        'كما في اللوحة، مثل 6/12',
      ),
      maxLength: 20,
    },
    {
      type: 'number',
      id: `${side}_pressure`,
      label: say('Eye pressure', 'Presión ocular', 'Pression de l’œil', 'ضغط العين'),
      min: 0,
      max: 80,
      unit: 'mmHg',
    },
    {
      type: 'choices',
      id: `${side}_findings`,
      label: say('Findings', 'Hallazgos', 'Constatations', 'الموجودات'),
      options: [
        option('cataract', say('Cataract', 'Catarata', 'Cataracte', 'ساد')),
        option('glaucoma', say('Signs of glaucoma', 'Signos de glaucoma', 'Signes de glaucome', 'علامات الزرق')),
        option(
          'retinopathy',
          say('Diabetic retinopathy', 'Retinopatía diabética', 'Rétinopathie diabétique', 'اعتلال الشبكية السكري'),
        ),
        option('trachoma', say('Trachoma', 'Tracoma', 'Trachome', 'تراخوما')),
        option('pterygium', say('Pterygium', 'Pterigión', 'Ptérygion', 'ظفرة')),
      ],
    },
  ];
}

const eye: FormTemplate = {
  id: 'eye',
  name: 'Eye screening',
  definition: FormDefinition.parse({
    title: say('Eye screening', 'Cribado ocular', 'Dépistage oculaire', 'فحص العين'),
    fields: [
      {
        type: 'choice',
        id: 'quality',
        label: say('Quality of the picture', 'Calidad de la imagen', 'Qualité de l’image', 'جودة الصورة'),
        options: QUALITY,
      },
      ...eyeFields('right', say('Right eye', 'Ojo derecho', 'Œil droit', 'العين اليمنى')),
      ...eyeFields('left', say('Left eye', 'Ojo izquierdo', 'Œil gauche', 'العين اليسرى')),
      { type: 'choice', id: 'next', label: NEXT, required: true, options: NEXT_STEPS },
      { type: 'longText', id: 'notes', label: NOTE },
    ],
  }),
};

const HERTZ = [250, 500, 1000, 2000, 4000, 8000];

function earFields(side: 'right' | 'left', label: FormText): unknown[] {
  return [
    { type: 'heading', id: `${side}_ear`, label },
    ...HERTZ.map((hertz) => ({
      type: 'number',
      id: `${side}_${String(hertz)}`,
      label: Object.fromEntries(['en', 'es', 'fr', 'ar'].map((language) => [language, hertzIn(language, hertz)])),
      min: -10,
      max: 120,
      unit: 'dB HL',
    })),
  ];
}

function hertzIn(language: string, hertz: number): string {
  return language === 'ar' ? `\u2068${String(hertz)}\u2069 هرتز` : `${String(hertz)} Hz`;
}

const ear: FormTemplate = {
  id: 'ear',
  name: 'Ear / audiogram',
  definition: FormDefinition.parse({
    title: say('Ear / audiogram', 'Oído / audiograma', 'Oreille / audiogramme', 'الأذن ومخطط السمع'),
    fields: [
      {
        type: 'choices',
        id: 'otoscopy',
        label: say('Seen in the ear', 'Visto en el oído', 'Vu dans l’oreille', 'ما شوهد في الأذن'),
        options: [
          option('right_wax', say('Wax, right', 'Cerumen, derecho', 'Cérumen, à droite', 'شمع، اليمنى')),
          option('left_wax', say('Wax, left', 'Cerumen, izquierdo', 'Cérumen, à gauche', 'شمع، اليسرى')),
          option(
            'right_hole',
            say('Perforation, right', 'Perforación, derecho', 'Perforation, à droite', 'ثقب، اليمنى'),
          ),
          option(
            'left_hole',
            say('Perforation, left', 'Perforación, izquierdo', 'Perforation, à gauche', 'ثقب، اليسرى'),
          ),
          option('discharge', say('Discharge', 'Supuración', 'Écoulement', 'إفرازات')),
        ],
      },
      ...earFields('right', RIGHT),
      ...earFields('left', LEFT),
      {
        type: 'yesNo',
        id: 'hearing_aid',
        label: say('Hearing aid advised', 'Se aconseja audífono', 'Appareil auditif conseillé', 'يُنصح بمعين سمعي'),
      },
      { type: 'choice', id: 'next', label: NEXT, options: NEXT_STEPS },
      { type: 'longText', id: 'notes', label: NOTE },
    ],
  }),
};

export const formTemplates: readonly FormTemplate[] = [tb, eye, ear];
