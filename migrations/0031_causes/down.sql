DELETE FROM attachments WHERE subject_kind = 'systemic_problem';
ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover'));
DROP TABLE systemic_problems;
UPDATE findings SET scope = NULL WHERE id IN (SELECT finding_id FROM finding_scopes);
DROP TABLE finding_scopes;
ALTER TABLE tasks DROP COLUMN cause_categories;
