import type { Language } from '@shared/errors';

/**
 * The few words that the system shows for us: menus, dialogs and the questions it asks. In the names of menus `&` stands before
 * the letter that opens them with Alt.
 */
export interface Words {
  readonly file: string;
  readonly quit: string;
  readonly edit: string;
  readonly undo: string;
  readonly redo: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly selectAll: string;
  readonly view: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly resetZoom: string;
  readonly fullScreen: string;
  readonly files: string;
  readonly folder: string;
  readonly exportFolder: string;
  readonly saveAs: string;
  readonly archiveFolder: string;
  readonly choose: string;
  readonly pictures: string;
  readonly allFiles: string;
  readonly stillRunning: string;
  readonly stillRunningMore: string;
  readonly keepRunning: string;
  readonly stopAndQuit: string;
  readonly notStored: string;
  readonly notStoredMore: string;
  readonly goBack: string;
  readonly loseAndQuit: string;
  readonly pageFailed: string;
  readonly pageFailedMore: string;
  readonly showAgain: string;
}

export const words: Readonly<Record<Language, Words>> = {
  en: {
    file: '&File',
    quit: 'Quit Fieldbox',
    edit: '&Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    view: '&View',
    zoomIn: 'Larger',
    zoomOut: 'Smaller',
    resetZoom: 'Normal size',
    fullScreen: 'Full screen',
    files: 'Choose files to add',
    folder: 'Choose folders to add',
    exportFolder: 'Where shall the export go?',
    saveAs: 'Where shall the file be saved?',
    archiveFolder: 'Choose the archive folder',
    choose: 'Choose',
    pictures: 'Pictures, DICOM, PDF, zip',
    allFiles: 'All files',
    stillRunning: 'Something is still running.',
    stillRunningMore: 'What is finished is safe. What is not can be started again later.',
    keepRunning: 'Keep running',
    stopAndQuit: 'Stop and quit',
    notStored: 'A picture is not stored yet.',
    notStoredMore: 'It was taken, but neither kept nor let go. If you quit now it is lost.',
    goBack: 'Go back to it',
    loseAndQuit: 'Lose it and quit',
    pageFailed: 'This window stopped working several times.',
    pageFailedMore: 'What was stored is safe. If it happens again, restart the laptop and ask for help.',
    showAgain: 'Show it again',
  },
  es: {
    file: '&Archivo',
    quit: 'Salir de Fieldbox',
    edit: '&Edición',
    undo: 'Deshacer',
    redo: 'Rehacer',
    cut: 'Cortar',
    copy: 'Copiar',
    paste: 'Pegar',
    selectAll: 'Seleccionar todo',
    view: '&Ver',
    zoomIn: 'Más grande',
    zoomOut: 'Más pequeño',
    resetZoom: 'Tamaño normal',
    fullScreen: 'Pantalla completa',
    files: 'Elija los archivos que desea añadir',
    folder: 'Elija las carpetas que desea añadir',
    exportFolder: '¿Adónde va la exportación?',
    saveAs: '¿Dónde se guarda el archivo?',
    archiveFolder: 'Elija la carpeta del archivo',
    choose: 'Elegir',
    pictures: 'Imágenes, DICOM, PDF, zip',
    allFiles: 'Todos los archivos',
    stillRunning: 'Todavía hay algo en marcha.',
    stillRunningMore: 'Lo terminado está a salvo. Lo demás puede iniciarse de nuevo más tarde.',
    keepRunning: 'Continuar',
    stopAndQuit: 'Detener y salir',
    notStored: 'Una imagen aún no está guardada.',
    notStoredMore: 'Se tomó, pero no se conservó ni se descartó. Si sale ahora, se pierde.',
    goBack: 'Volver a ella',
    loseAndQuit: 'Perderla y salir',
    pageFailed: 'Esta ventana dejó de funcionar varias veces.',
    pageFailedMore: 'Lo guardado está a salvo. Si vuelve a ocurrir, reinicie el portátil y pida ayuda.',
    showAgain: 'Mostrarla de nuevo',
  },
  fr: {
    file: '&Fichier',
    quit: 'Quitter Fieldbox',
    edit: 'É&dition',
    undo: 'Annuler',
    redo: 'Rétablir',
    cut: 'Couper',
    copy: 'Copier',
    paste: 'Coller',
    selectAll: 'Tout sélectionner',
    view: '&Affichage',
    zoomIn: 'Agrandir',
    zoomOut: 'Réduire',
    resetZoom: 'Taille normale',
    fullScreen: 'Plein écran',
    files: 'Choisir les fichiers à ajouter',
    folder: 'Choisir les dossiers à ajouter',
    exportFolder: 'Où placer l’exportation ?',
    saveAs: 'Où enregistrer le fichier ?',
    archiveFolder: 'Choisir le dossier des archives',
    choose: 'Choisir',
    pictures: 'Images, DICOM, PDF, zip',
    allFiles: 'Tous les fichiers',
    stillRunning: 'Une tâche est encore en cours.',
    stillRunningMore: 'Ce qui est terminé est en sécurité. Le reste peut être relancé plus tard.',
    keepRunning: 'Continuer',
    stopAndQuit: 'Arrêter et quitter',
    notStored: 'Une image n’est pas encore enregistrée.',
    notStoredMore: 'Elle a été prise, mais ni gardée ni abandonnée. Si vous quittez maintenant, elle est perdue.',
    goBack: 'Y revenir',
    loseAndQuit: 'La perdre et quitter',
    pageFailed: 'Cette fenêtre a cessé de fonctionner plusieurs fois.',
    pageFailedMore:
      'Ce qui est enregistré est en sécurité. Si cela se répète, redémarrez l’ordinateur et demandez de l’aide.',
    showAgain: 'L’afficher à nouveau',
  },
  ar: {
    file: 'ملف',
    quit: 'إنهاء Fieldbox',
    edit: 'تحرير',
    undo: 'تراجع',
    redo: 'إعادة',
    cut: 'قص',
    copy: 'نسخ',
    paste: 'لصق',
    selectAll: 'تحديد الكل',
    view: 'عرض',
    zoomIn: 'تكبير',
    zoomOut: 'تصغير',
    resetZoom: 'الحجم العادي',
    fullScreen: 'ملء الشاشة',
    files: 'اختر الملفات التي ستُضاف',
    folder: 'اختر المجلدات التي ستُضاف',
    exportFolder: 'أين يوضع التصدير؟',
    saveAs: 'أين يُحفظ الملف؟',
    archiveFolder: 'اختر مجلد الأرشيف',
    choose: 'اختيار',
    pictures: 'صور وDICOM وPDF وzip',
    allFiles: 'كل الملفات',
    stillRunning: 'ما زالت هناك عملية جارية.',
    stillRunningMore: 'ما اكتمل في أمان، ويمكن بدء الباقي من جديد لاحقًا.',
    keepRunning: 'متابعة',
    stopAndQuit: 'إيقاف وإنهاء',
    notStored: 'هناك صورة لم تُحفظ بعد.',
    notStoredMore: 'التُقطت ولم تُحفظ ولم تُترك. إن أنهيت الآن فستضيع.',
    goBack: 'العودة إليها',
    loseAndQuit: 'تركها والإنهاء',
    pageFailed: 'توقفت هذه النافذة عن العمل عدة مرات.',
    pageFailedMore: 'ما حُفظ في أمان. إذا تكرر ذلك فأعد تشغيل الحاسوب واطلب المساعدة.',
    showAgain: 'عرضها من جديد',
  },
};
