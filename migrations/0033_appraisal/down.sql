DELETE FROM attachments WHERE subject_kind = 'accountability';
ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document', 'handover', 'systemic_problem', 'rule'));
DROP TABLE accountability_actions;
DROP TABLE appraisal_scores;
DROP TABLE appraisals;
DROP TABLE appraisal_schemes;
