-- Findings that are one matter through the years have one lineage: the smallest id among them. One that never came back has none.
ALTER TABLE findings ADD COLUMN lineage_id uuid;
CREATE INDEX findings_lineage_idx ON findings (lineage_id) WHERE lineage_id IS NOT NULL;

WITH RECURSIVE pairs AS (
    SELECT finding_id AS a, other_id AS b FROM finding_links WHERE verdict = 'recurrence'
    UNION ALL SELECT other_id, finding_id FROM finding_links WHERE verdict = 'recurrence'
), reached (id, other) AS (
    SELECT a, a FROM pairs UNION SELECT r.id, p.b FROM reached r JOIN pairs p ON p.a = r.other
), lineages AS (
    SELECT id, (min(other::text))::uuid AS lineage_id FROM reached GROUP BY id
)
UPDATE findings f SET lineage_id = l.lineage_id FROM lineages l WHERE l.id = f.id;
