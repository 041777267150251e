ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion'));
-- Templates and documents go; the words of documents stay as revisions.
DROP TABLE document_templates;
DROP TABLE documents;
