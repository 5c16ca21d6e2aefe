/**
 * Files kept byte for byte beside the images. Their bytes are objects (role 'source'); what is known of them stands here.
 * Whatever needs a file refers to it here, so that it cannot be taken away beneath it.
 */
export const sql = `
CREATE TABLE stored_file (
  sha256 TEXT PRIMARY KEY REFERENCES object (sha256),
  content_type TEXT NOT NULL,        -- found from the bytes
  kept_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
