DELETE FROM attachments WHERE subject_kind = 'rule';
ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover', 'systemic_problem'));

DROP TABLE rule_tasks;
DROP TABLE rules;
