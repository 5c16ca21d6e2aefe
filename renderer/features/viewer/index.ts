export { Viewer, ViewerPane, type ViewerProps } from './Viewer';
export { viewerTranslations } from './i18n';
