DROP TABLE calendar_links;
ALTER TABLE units DROP COLUMN external_id;
ALTER TABLE persons DROP COLUMN removed_on, DROP COLUMN left_on, DROP COLUMN external_id;
DELETE FROM attachments WHERE subject_kind = 'handover';
ALTER TABLE attachments DROP CONSTRAINT attachments_subject_kind_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_subject_kind_check
    CHECK (subject_kind IN ('task', 'check', 'slip', 'meeting', 'publication', 'opinion', 'document'));
DROP INDEX memberships_ended_idx;
DROP INDEX resolutions_person_idx;
DROP TABLE handovers;
