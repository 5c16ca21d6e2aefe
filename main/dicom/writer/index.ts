export { type BuilderEncoding, type BuilderValue, DataSetBuilder, type Fragments } from './data-set-builder';
export { headerFor, type MetaInformation, part10Header, writePart10 } from './part10';
