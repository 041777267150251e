UPDATE findings SET scope = NULL WHERE id IN (SELECT finding_id FROM finding_scopes);
DROP TABLE finding_scopes;
ALTER TABLE tasks DROP COLUMN cause_categories;
