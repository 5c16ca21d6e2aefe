export { type FilteredFile, filterFile, joined, type Piece, type TagFilter } from './filter-file';
export { isProtected } from './protected';
