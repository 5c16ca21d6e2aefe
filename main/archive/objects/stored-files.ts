/** The tables of files and their condition: images with what they came as, and files that are no images. */
export const FILE_TABLES = ['object', 'file_object'] as const;

/**
 * Every file of the archive by `sha256` with its `bytes`, for a FROM. The same bytes may be an image and the file of a result;
 * they are one file.
 */
export const STORED_FILES = `(${FILE_TABLES.map((table) => `SELECT sha256, bytes FROM ${table}`).join(' UNION ')})`;
