/**
 * Series tags, series types with their rules, and filters for arriving images. What people say of a series names it by its key,
 * so that it holds again when the series comes back from the trash. The `local_type_*` tables say what is still to be sorted by
 * the rules; triggers fill them, so that whatever changes rules or images is followed.
 */
export const sql = `
CREATE TABLE series_tag (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE series_tag_said (
  series TEXT NOT NULL,
  tag_id INTEGER NOT NULL REFERENCES series_tag (id) ON DELETE CASCADE,
  PRIMARY KEY (series, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_tag_said_tag ON series_tag_said (tag_id);

-- The same for the series that are there.
CREATE TABLE series_tag_of (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES series_tag (id) ON DELETE CASCADE,
  PRIMARY KEY (series_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_tag_of_tag ON series_tag_of (tag_id, series_id);

CREATE TABLE series_type (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE series_rule (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  type_id INTEGER NOT NULL REFERENCES series_type (id) ON DELETE CASCADE,
  conditions TEXT NOT NULL           -- Conditions as JSON: all of them must hold in one image
) STRICT;
CREATE INDEX series_rule_type ON series_rule (type_id, id);

-- By hand: given to the series, or taken off it (0), and then rules do not bring it back.
CREATE TABLE series_type_said (
  series TEXT NOT NULL,
  type_id INTEGER NOT NULL REFERENCES series_type (id) ON DELETE CASCADE,
  given INTEGER NOT NULL CHECK (given IN (0, 1)),
  PRIMARY KEY (series, type_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_type_said_type ON series_type_said (type_id);

-- The types of the series that are there: by_rule follows from rules and objects, by_hand is what a person said.
CREATE TABLE series_type_of (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  type_id INTEGER NOT NULL REFERENCES series_type (id) ON DELETE CASCADE,
  by_rule INTEGER NOT NULL DEFAULT 1 CHECK (by_rule IN (0, 1)),
  by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)),
  PRIMARY KEY (series_id, type_id),
  CHECK (by_rule + by_hand > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_type_of_type ON series_type_of (type_id, series_id);

CREATE TRIGGER series_said_arrival AFTER INSERT ON series BEGIN
  INSERT OR IGNORE INTO series_tag_of (series_id, tag_id) SELECT NEW.id, tag_id FROM series_tag_said WHERE series = NEW.key;
  INSERT OR IGNORE INTO series_type_of (series_id, type_id, by_rule, by_hand)
    SELECT NEW.id, type_id, 0, 1 FROM series_type_said WHERE series = NEW.key AND given = 1;
END;

CREATE TABLE tag_filter (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  list TEXT NOT NULL CHECK (list IN ('blacklist', 'whitelist')),
  paths TEXT NOT NULL                -- tag paths as a JSON array
) STRICT;

CREATE TABLE tag_filter_source (
  source TEXT NOT NULL,
  source_ref TEXT NOT NULL,          -- which one of its kind; the empty text: all of them
  filter_id INTEGER NOT NULL REFERENCES tag_filter (id) ON DELETE CASCADE,
  PRIMARY KEY (source, source_ref, filter_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_filter_source_filter ON tag_filter_source (filter_id);

-- The pass over all series after a change of rules: whether it is due, and how far it has come. The generation changes with the rules.
CREATE TABLE local_type_pass (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation TEXT NOT NULL,
  pending INTEGER NOT NULL CHECK (pending IN (0, 1)),
  after_series INTEGER NOT NULL
) STRICT;
INSERT INTO local_type_pass (id, generation, pending, after_series) VALUES (1, '', 0, 0);

-- Keys of series to be looked at again as a whole; asked counts how often that was wanted.
CREATE TABLE local_type_series (series TEXT PRIMARY KEY, asked INTEGER NOT NULL DEFAULT 1) STRICT, WITHOUT ROWID;
-- New images that a rule can only judge by reading the file.
CREATE TABLE local_type_image (object TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TRIGGER series_rule_added AFTER INSERT ON series_rule BEGIN
  UPDATE local_type_pass SET generation = hex(randomblob(16)), pending = 1, after_series = 0;
END;
CREATE TRIGGER series_rule_changed AFTER UPDATE ON series_rule BEGIN
  UPDATE local_type_pass SET generation = hex(randomblob(16)), pending = 1, after_series = 0;
END;
CREATE TRIGGER series_rule_removed AFTER DELETE ON series_rule BEGIN
  UPDATE local_type_pass SET generation = hex(randomblob(16)), pending = 1, after_series = 0;
END;
CREATE TRIGGER image_left_series AFTER DELETE ON image WHEN EXISTS (SELECT 1 FROM series_rule) BEGIN
  INSERT INTO local_type_series (series) SELECT key FROM series WHERE id = OLD.series_id
    ON CONFLICT (series) DO UPDATE SET asked = asked + 1;
END;
CREATE TRIGGER image_changed_series AFTER UPDATE OF series_id, attributes ON image WHEN EXISTS (SELECT 1 FROM series_rule) BEGIN
  INSERT INTO local_type_series (series) SELECT key FROM series WHERE id IN (OLD.series_id, NEW.series_id)
    ON CONFLICT (series) DO UPDATE SET asked = asked + 1;
END;
`;
