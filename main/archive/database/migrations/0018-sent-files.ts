/**
 * Attached files can be sent: an item of the outbox is an image, or (`attachment`) the file of an attachment; `image` is then the
 * SHA-256 of that file. Files and details of a patient who is merged stay theirs, as their studies do.
 */
export const sql = `
ALTER TABLE outbox_item ADD COLUMN attachment TEXT;   -- key of the attachment; NULL: an image
CREATE INDEX outbox_item_attachment ON outbox_item (attachment, remote_id) WHERE attachment IS NOT NULL;
CREATE INDEX outbox_item_files ON outbox_item (transaction_id) WHERE attachment IS NOT NULL;

ALTER TABLE attachment ADD COLUMN owner TEXT NOT NULL DEFAULT '';   -- key of the patient it was given to
UPDATE attachment SET owner = (SELECT key FROM patient WHERE patient.id = patient_id);
CREATE INDEX attachment_owner ON attachment (owner);

ALTER TABLE merged_patient ADD COLUMN details TEXT;   -- their row of patient_details as JSON; NULL: none
`;
