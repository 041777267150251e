DROP INDEX findings_lineage_idx;
ALTER TABLE findings DROP COLUMN lineage_id;
