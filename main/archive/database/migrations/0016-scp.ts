/** How machines on the network may send and ask: one row, from the newest record about it. */
export const sql = `
CREATE TABLE scp_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  body TEXT NOT NULL
) STRICT;
`;
