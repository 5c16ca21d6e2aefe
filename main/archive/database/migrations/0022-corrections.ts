/** Whether a forwarding rule sends newer versions of what it has delivered; rules made before this do not. */
export const sql = `
ALTER TABLE forward_rule ADD COLUMN corrections INTEGER NOT NULL DEFAULT 0 CHECK (corrections IN (0, 1));
`;
