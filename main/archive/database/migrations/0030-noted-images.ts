/** What a new image adds to numbers and values is written by whoever inserts it (main/archive/index-writer/note-image.ts), in less time. */
export const sql = `
DROP TRIGGER image_value_added;
DROP TRIGGER image_attributes_added;
DROP TRIGGER image_count_added;
DROP TRIGGER image_counted_in;
`;
