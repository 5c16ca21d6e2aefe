/**
 * Pieces of one or two letters, which the trigram tokenizer does not know: of names and numbers of patients, and of the texts in `value`.
 * They stand there as words made by main/archive/catalog/pieces.ts (`fieldbox_pieces`): whose letters, and which.
 */
export const sql = `
CREATE VIRTUAL TABLE patient_piece USING fts5 (
  words, tokenize = 'ascii', content = '', contentless_delete = 1, detail = 'none'
);
INSERT INTO patient_piece (rowid, words)
SELECT id, fieldbox_pieces('n', name_folded) || ' ' || fieldbox_pieces('i', id_folded) FROM patient;

CREATE VIRTUAL TABLE value_piece USING fts5 (
  words, tokenize = 'ascii', content = '', contentless_delete = 1, detail = 'none'
);
INSERT INTO value_property (property)
SELECT DISTINCT v.property FROM value AS v
WHERE v.property NOT LIKE '%Time' AND v.property NOT LIKE '%Date' AND v.property NOT LIKE '%UID'
  AND NOT EXISTS (SELECT 1 FROM value_property AS p WHERE p.property = v.property);
INSERT INTO value_piece (rowid, words)
SELECT v.id, fieldbox_pieces('p' || p.id, v.folded) FROM value AS v JOIN value_property AS p ON p.property = v.property;
CREATE TRIGGER value_piece_added AFTER INSERT ON value
WHEN NEW.property NOT LIKE '%Time' AND NEW.property NOT LIKE '%Date' AND NEW.property NOT LIKE '%UID' BEGIN
  INSERT INTO value_property (property) SELECT NEW.property
  WHERE NOT EXISTS (SELECT 1 FROM value_property AS p WHERE p.property = NEW.property);
  INSERT INTO value_piece (rowid, words)
  SELECT NEW.id, fieldbox_pieces('p' || p.id, NEW.folded) FROM value_property AS p WHERE p.property = NEW.property;
END;
`;
