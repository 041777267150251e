DELETE FROM attachments WHERE subject_kind IN ('publication', 'opinion');
ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting'));
ALTER TABLE attachments ALTER COLUMN account_id SET NOT NULL;
DROP TABLE published_answers;
DROP TABLE opinions;
DROP TABLE publications;
DROP TABLE published_notices;
